// Makes a checkout look as if it had been made long ago, so that git's doubts about files as young as its index play no
// part in what a step's git does in it.
#ifndef FLEET_TESTS_PROPERTY_AGED_CHECKOUT_H_
#define FLEET_TESTS_PROPERTY_AGED_CHECKOUT_H_

#include <string>

namespace fleet::testing {

// Dates back the files of the index of the clone in `directory`, and what the index says of them. False if the index is
// not of the form that git writes.
bool AgeCheckout(const std::string& directory);

}  // namespace fleet::testing

#endif  // FLEET_TESTS_PROPERTY_AGED_CHECKOUT_H_
