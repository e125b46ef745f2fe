// Waiting for what others do.
export const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

// Asks until `condition` holds. After `limit` milliseconds it throws what `failure` says.
export async function until(limit, condition, failure) {
  const deadline = Date.now() + limit;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(await failure());
    await pause(250);
  }
}

// Runs `step` every `milliseconds`, whether the one before has ended or not, until what it returns is called. A step that
// fails is tried again like one that does not: its service may be what is broken.
export function repeat(milliseconds, step) {
  const timer = setInterval(() => Promise.resolve().then(step).catch(() => {}), milliseconds);
  return () => clearInterval(timer);
}
