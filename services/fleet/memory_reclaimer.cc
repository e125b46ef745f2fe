#include "services/fleet/memory_reclaimer.h"

#include <malloc.h>

#include <utility>

namespace fleet::service {

bool ReturnFreeMemory() { return malloc_trim(0) != 0; }

MemoryReclaimer::MemoryReclaimer(std::function<int()> end_stalled, std::function<bool()> return_free,
                                 const Options& options)
    : stalled_loop_(options.stalled_interval,
                    [end_stalled = std::move(end_stalled)] {
                      (void)end_stalled();
                      return PeriodicLoop::Next::kWait;
                    }),
      free_loop_(options.free_interval, [return_free = std::move(return_free)] {
        (void)return_free();
        return PeriodicLoop::Next::kWait;
      }) {}

}  // namespace fleet::service
