// What the fuzzer kept, and simple damage to a request of every method, in every build.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>

#include "tests/fuzz/edge_lab.h"
#include "tests/support/test_share.h"

namespace fleet::fuzz {
namespace {

class RequestCorpusTest : public ::testing::Test {
 protected:
  EdgeLab lab_;
};

TEST_F(RequestCorpusTest, WhatWasFoundIsAnswered) {
  int inputs = 0;
  for (const auto& entry : std::filesystem::directory_iterator(FLEET_FUZZ_CORPUS)) {
    std::ifstream file(entry.path(), std::ios::binary);
    const std::string input{std::istreambuf_iterator<char>(file), {}};
    EXPECT_EQ(lab_.Try(input), "") << entry.path();
    ++inputs;
  }
  EXPECT_GT(inputs, 0);
}

TEST_F(RequestCorpusTest, DamageToAnyRequestIsAnswered) {
  std::mt19937 random(1);
  for (std::size_t method = 0; method < lab_.methods().size(); ++method) {
    const std::string sample = lab_.Sample(method);
    EXPECT_EQ(lab_.Try(sample), "") << "whole";
    for (int64_t i = 0; i < testing::TestShare(100); ++i) {
      std::string damaged = sample;
      const std::size_t at = 1 + random() % damaged.size();
      switch (random() % 4) {
        case 0:
          damaged.resize(at);
          break;
        case 1:
          damaged.replace(std::min(at, damaged.size() - 1), 1, 1, static_cast<char>(random()));
          break;
        case 2:
          damaged.insert(std::min(at, damaged.size()), 1 + random() % 3, '\xff');
          break;
        default:
          damaged.erase(std::min(at, damaged.size()), 1 + random() % 4);
      }
      EXPECT_EQ(lab_.Try(damaged), "") << lab_.methods()[method] << " damage " << i;
    }
  }
}

}  // namespace
}  // namespace fleet::fuzz
