// Carries a precompiled header; see FleetTargets.cmake.
