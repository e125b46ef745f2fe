#include "common/domain/after_batch.h"

namespace fleet::domain {

Consequences AfterBatch(const Fleet& before, Fleet& after) {
  after.revision = before.revision + 1;
  if (after.rollup.delayed == 0) after.next_retry_at.reset();
  after.state = DeriveState(after);
  const bool was_over = IsTerminal(before.state);
  const bool is_over = IsTerminal(after.state);
  return {is_over && !was_over, was_over && !is_over};
}

}  // namespace fleet::domain
