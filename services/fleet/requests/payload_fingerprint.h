// What a replay is compared by.
#ifndef FLEET_SERVICES_FLEET_REQUESTS_PAYLOAD_FINGERPRINT_H_
#define FLEET_SERVICES_FLEET_REQUESTS_PAYLOAD_FINGERPRINT_H_

#include <string>

#include "google/protobuf/message.h"

namespace fleet::service {

// SHA-256 of the payload, in hexadecimal digits: the same for equal messages, however they were made.
std::string PayloadFingerprint(const google::protobuf::Message& payload);

}  // namespace fleet::service

#endif  // FLEET_SERVICES_FLEET_REQUESTS_PAYLOAD_FINGERPRINT_H_
