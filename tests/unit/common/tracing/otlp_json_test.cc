#include "common/tracing/otlp_json.h"

#include <gtest/gtest.h>

#include <string>

#include "nlohmann/json.hpp"

namespace fleet::tracing {
namespace {

const Resource kResource{"fleet-test", "1.2.3", "abc"};

nlohmann::json SpanOf(const Span& span) {
  const nlohmann::json request = nlohmann::json::parse(ToOtlpJson(kResource, {span}));
  return request.at("resourceSpans").at(0).at("scopeSpans").at(0).at("spans").at(0);
}

TEST(OtlpJsonTest, WritesASpanAsTheProtocolSays) {
  Span span;
  span.trace_id = {0x0af7651916cd43dd, 0x8448eb211c80319c};
  span.span_id = {0xb7ad6b7169203331};
  span.parent_id = {1};
  span.name = "clone";
  span.kind = SpanKind::kServer;
  span.start = absl::FromUnixNanos(1'700'000'000'123'456'789);
  span.end = span.start + absl::Nanoseconds(1);
  span.status = SpanStatus::kError;
  span.message = "network";
  span.attributes = {{"a", std::string("b")}, {"n", int64_t{1} << 60}, {"f", true}};
  span.links = {{{1, 2}, {3}}};
  EXPECT_EQ(SpanOf(span), nlohmann::json::parse(R"({
    "traceId": "0af7651916cd43dd8448eb211c80319c", "spanId": "b7ad6b7169203331", "parentSpanId": "0000000000000001",
    "name": "clone", "kind": 2,
    "startTimeUnixNano": "1700000000123456789", "endTimeUnixNano": "1700000000123456790",
    "attributes": [{"key": "a", "value": {"stringValue": "b"}},
                   {"key": "n", "value": {"intValue": "1152921504606846976"}},
                   {"key": "f", "value": {"boolValue": true}}],
    "links": [{"traceId": "00000000000000010000000000000002", "spanId": "0000000000000003"}],
    "status": {"code": 2, "message": "network"}})"));
}

TEST(OtlpJsonTest, WhatIsNotThereIsLeftOut) {
  Span span;
  span.name = "run";
  const nlohmann::json json = SpanOf(span);
  for (const char* key : {"parentSpanId", "attributes", "links", "status"}) EXPECT_FALSE(json.contains(key)) << key;
}

TEST(OtlpJsonTest, NoSpanEndsBeforeItBegins) {
  Span span;
  span.start = absl::FromUnixSeconds(10);
  span.end = absl::FromUnixSeconds(9);
  EXPECT_EQ(SpanOf(span).at("endTimeUnixNano"), "10000000000");
}

TEST(OtlpJsonTest, TextIsCutAndMadeWhole) {
  Span span;
  span.attributes = {{"long", std::string(5000, 'x')}, {"odd", std::string("\xff\"\n")}};
  const nlohmann::json attributes = SpanOf(span).at("attributes");
  EXPECT_EQ(attributes.at(0).at("value").at("stringValue").get<std::string>().size(), 1024u);
  EXPECT_EQ(attributes.at(1).at("value").at("stringValue"), "\uFFFD\"\n");
}

TEST(OtlpJsonTest, SaysWhoRecordedTheSpans) {
  const nlohmann::json request = nlohmann::json::parse(ToOtlpJson(kResource, {}));
  const nlohmann::json& attributes = request.at("resourceSpans").at(0).at("resource").at("attributes");
  EXPECT_EQ(attributes.at(0),
            nlohmann::json::parse(R"({"key": "service.name", "value": {"stringValue": "fleet-test"}})"));
  EXPECT_EQ(attributes.at(2).at("value").at("stringValue"), "abc");
  EXPECT_TRUE(request.at("resourceSpans").at(0).at("scopeSpans").at(0).at("spans").empty());
}

}  // namespace
}  // namespace fleet::tracing
