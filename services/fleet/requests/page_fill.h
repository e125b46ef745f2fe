// Pages of lists are bounded in bytes as in entries: gRPC's clients take 4 MiB unless told otherwise.
#ifndef FLEET_SERVICES_FLEET_REQUESTS_PAGE_FILL_H_
#define FLEET_SERVICES_FLEET_REQUESTS_PAGE_FILL_H_

#include <cstddef>

#include "common/domain/bounds.h"
#include "google/protobuf/repeated_ptr_field.h"

namespace fleet::service {

// Adds `records` to `page`, each as `convert` fills the empty entry: at most `most`, and as many as a page may hold,
// but one at least. Returns how many: those that follow are the next page's.
template <typename Records, typename Entry, typename Convert>
std::size_t FillPage(const Records& records, std::size_t most, google::protobuf::RepeatedPtrField<Entry>& page,
                     const Convert& convert) {
  std::size_t bytes = 0;
  std::size_t told = 0;
  for (const auto& record : records) {
    if (told == most) break;
    Entry& entry = *page.Add();
    convert(record, entry);
    bytes += entry.ByteSizeLong();
    if (bytes > domain::kMaxPageBytes && told > 0) {
      page.RemoveLast();
      break;
    }
    ++told;
  }
  return told;
}

}  // namespace fleet::service

#endif  // FLEET_SERVICES_FLEET_REQUESTS_PAGE_FILL_H_
