// Ports for servers that cannot be told to choose one themselves.
#ifndef FLEET_TESTS_SUPPORT_FREE_PORT_H_
#define FLEET_TESTS_SUPPORT_FREE_PORT_H_

namespace fleet::testing {

// A port of 127.0.0.1 that nothing listened on a moment ago. Another process may take it first, so the caller must be
// ready to try again; give real binaries port 0 and their --port_file instead.
int FreePort();

}  // namespace fleet::testing

#endif  // FLEET_TESTS_SUPPORT_FREE_PORT_H_
