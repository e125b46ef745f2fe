// Protects this process from the programs it will run.
#ifndef FLEET_WORKERS_TASK_RUNNER_PROCESS_HARDENING_H_
#define FLEET_WORKERS_TASK_RUNNER_PROCESS_HARDENING_H_

namespace fleet::runner {

// First thing in main. Steps run as the same user: afterwards they cannot read this process's memory or environment
// (unless that user is root), and it leaves no core dump. Also opens descriptors 0 to 2 if they are closed, so that no
// pipe to a child lands on them.
void HardenProcess();

}  // namespace fleet::runner

#endif  // FLEET_WORKERS_TASK_RUNNER_PROCESS_HARDENING_H_
