// A worker process of a peer: consumes until it is told to stop, and tells the measurement what it began.
import { parseSettings } from './settings.mjs';

const settings = parseSettings();
const peer = await import(settings.module);
let begun = 0;
const tell = () => {
  if (begun === 0) return;
  process.send({ begun });
  begun = 0;
};
const stop = await peer.consume(settings.dsn, settings, (repo) => {
  if (settings.measure === 'pick-up') process.send({ repo, at: performance.timeOrigin + performance.now() });
  else begun += 1;
});
const telling = setInterval(tell, 10);
process.once('message', async () => {
  clearInterval(telling);
  await stop();
  process.exit(0);
});
process.send({ ready: true });
