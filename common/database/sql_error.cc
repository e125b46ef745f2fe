#include "common/database/sql_error.h"

#include <exception>
#include <pqxx/except>
#include <string>

#include "absl/strings/cord.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/status/public_words.h"

namespace fleet::database {
namespace {

constexpr char kKindUrl[] = "fleet.internal/sql_error";
constexpr absl::string_view kTransient = "transient";
constexpr absl::string_view kInDoubt = "in doubt";
constexpr absl::string_view kData = "data";

absl::Status Marked(absl::StatusCode code, absl::string_view message, absl::string_view kind) {
  absl::Status status(code, absl::StrCat("database: ", message));
  status.SetPayload(kKindUrl, absl::Cord(kind));
  return status;
}

bool HasKind(const absl::Status& status, absl::string_view kind) {
  const auto payload = status.GetPayload(kKindUrl);
  return payload.has_value() && *payload == kind;
}

absl::Status FromSqlState(const std::string& state, absl::string_view message) {
  const absl::string_view text = message;
  if (state == "40001" || state == "40P01" || state == "55P03") {
    return Marked(absl::StatusCode::kAborted, text, kTransient);
  }
  if (state == "23505") return Marked(absl::StatusCode::kAlreadyExists, text, kData);
  if (absl::StartsWith(state, "22") || absl::StartsWith(state, "23")) {
    return Marked(absl::StatusCode::kInvalidArgument, text, kData);
  }
  if (absl::StartsWith(state, "57P") || absl::StartsWith(state, "08") || state == "25P03") {
    return Marked(absl::StatusCode::kUnavailable, text, kTransient);
  }
  if (state == "57014") return absl::UnavailableError(absl::StrCat("database: ", text));
  if (absl::StartsWith(state, "53")) return absl::ResourceExhaustedError(absl::StrCat("database: ", text));
  return absl::InternalError(
      absl::StrCat("database: ", text, state.empty() ? "" : " (SQLSTATE ", state, state.empty() ? "" : ")"));
}

absl::Status Translate(absl::string_view lost_connection_kind) {
  try {
    throw;
  } catch (const pqxx::in_doubt_error& error) {
    return Marked(absl::StatusCode::kUnavailable, error.what(), kInDoubt);
  } catch (const pqxx::broken_connection& error) {
    return Marked(absl::StatusCode::kUnavailable, error.what(), lost_connection_kind);
  } catch (const pqxx::transaction_rollback& error) {
    // libpqxx 6.4 gives these no SQLSTATE; the type says enough.
    return Marked(absl::StatusCode::kAborted, error.what(), kTransient);
  } catch (const pqxx::unique_violation& error) {
    return Marked(absl::StatusCode::kAlreadyExists, error.what(), kData);
  } catch (const pqxx::sql_error& error) {
    // An administrator's shutdown reaches us as an error before the connection is seen to be gone.
    absl::Status status = FromSqlState(error.sqlstate(), error.what());
    if (lost_connection_kind == kInDoubt && absl::StartsWith(error.sqlstate(), "57P")) {
      return Marked(absl::StatusCode::kUnavailable, error.what(), kInDoubt);
    }
    return status;
  } catch (const std::exception& error) {
    return absl::InternalError(absl::StrCat("database: ", error.what()));
  }
}

// The driver's words name hosts, roles, tables and values.
absl::string_view PublicWords(absl::StatusCode code) {
  switch (code) {
    case absl::StatusCode::kUnavailable:
      return "the database cannot be reached or is too slow; try again";
    case absl::StatusCode::kAborted:
      return "the database is busy with the same rows; try again";
    case absl::StatusCode::kResourceExhausted:
      return "the database has no connection, memory or disk space to spare; try again later";
    case absl::StatusCode::kAlreadyExists:
      return "the database has such an entry already";
    case absl::StatusCode::kInvalidArgument:
      return "the database cannot store a value of this request";
    default:
      return "the database refused a statement; this is a fault of the service or of how it is set up";
  }
}

absl::Status Worded(const absl::Status& status) { return WithPublicWords(status, PublicWords(status.code())); }

}  // namespace

absl::Status StatusFromCurrentException() { return Worded(Translate(kTransient)); }
absl::Status StatusFromCurrentCommitException() { return Worded(Translate(kInDoubt)); }
bool IsTransient(const absl::Status& status) { return HasKind(status, kTransient); }
bool IsInDoubt(const absl::Status& status) { return HasKind(status, kInDoubt); }
bool IsDataError(const absl::Status& status) { return HasKind(status, kData); }

}  // namespace fleet::database
