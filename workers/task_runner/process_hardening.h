// Protects this process from the programs it will run.
#ifndef FLEET_WORKERS_TASK_RUNNER_PROCESS_HARDENING_H_
#define FLEET_WORKERS_TASK_RUNNER_PROCESS_HARDENING_H_

#include <cstdint>

namespace fleet::runner {

// First thing in main. Steps run as the same user: afterwards they cannot read this process's memory or environment
// (unless that user is root), and it leaves no core dump. Also opens descriptors 0 to 2 if they are closed, so that no
// pipe to a child lands on them.
void HardenProcess();

// Lets this process open as many files as it may, up to 65,536. Programs that it runs keep the limit it had, since
// some go through every descriptor that they could have. Call once, before there are threads.
void RaiseOpenFilesLimit();
// The soft limit before RaiseOpenFilesLimit; 0 if that was not called.
uint64_t InitialOpenFilesLimit();

}  // namespace fleet::runner

#endif  // FLEET_WORKERS_TASK_RUNNER_PROCESS_HARDENING_H_
