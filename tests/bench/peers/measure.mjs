// The work of a fleet on another job queue: a keyed job a repository, handled by doing nothing, until none is left.
//
//   node measure.mjs --peer graphile-worker|pg-boss --dsn URL [--measure end-to-end|phases|pick-up] …   (settings.mjs)
//
// Prints a line of JSON. The database should be new.
import { fork } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { parseSettings } from './settings.mjs';

const settings = parseSettings();
const now = () => performance.timeOrigin + performance.now();
const rounded = (value) => Math.round(value * 100) / 100;
const perSecond = (milliseconds) => rounded((settings.children * 1000) / milliseconds);
const repoName = (number) => `bench/repo-${String(number).padStart(6, '0')}`;

const queue = await (await import(settings.module)).open(settings.dsn);
await queue.prepare();
const client = new pg.Client({ connectionString: settings.dsn });
await client.connect();

function startConsumer(onMessage) {
  const file = fileURLToPath(new URL('consumer.mjs', import.meta.url));
  const consumer = fork(file, process.argv.slice(2));
  return new Promise((resolve) => {
    consumer.on('message', (message) => (message.ready ? resolve(consumer) : onMessage(message)));
  });
}

const startConsumers = (onMessage) =>
  Promise.all(Array.from({ length: settings.processes }, () => startConsumer(onMessage)));

async function stopConsumers(consumers) {
  const exits = consumers.map((consumer) => new Promise((resolve) => consumer.once('exit', resolve)));
  for (const consumer of consumers) consumer.send('stop');
  await Promise.race([Promise.all(exits), sleep(5000)]);
  for (const consumer of consumers) consumer.kill();
}

async function enqueueAll() {
  let next = 1;
  const enqueue = async () => {
    while (next <= settings.children) {
      const first = next;
      next = Math.min(first + settings.chunk, settings.children + 1);
      await queue.enqueue(Array.from({ length: next - first }, (_, i) => repoName(first + i)));
    }
  };
  await Promise.all(Array.from({ length: settings.enqueuers }, enqueue));
}

// Counts what is begun in memory, and asks the database only when little can be left: asking often would slow it.
class Progress {
  begun = 0;
  note = (message) => (this.begun += message.begun);
  async waitForEnd() {
    while (this.begun < settings.children) await sleep(5);
    while ((await client.query(queue.unfinished)).rows[0].count > 0) await sleep(5);
  }
}

async function measureEndToEnd() {
  const progress = new Progress();
  const consumers = await startConsumers(progress.note);
  const started = now();
  await enqueueAll();
  await progress.waitForEnd();
  const ended = now();
  await stopConsumers(consumers);
  return { end_to_end_s: rounded((ended - started) / 1000), end_to_end_per_s: perSecond(ended - started) };
}

async function measurePhases() {
  const started = now();
  await enqueueAll();
  const enqueued = now();
  await client.query('analyze');
  const progress = new Progress();
  const processing = now();
  const consumers = await startConsumers(progress.note);
  const ready = now();
  await progress.waitForEnd();
  const ended = now();
  await stopConsumers(consumers);
  // A process that starts is not held against a queue.
  const process_ms = Math.min(ended - processing, ended - ready + 200);
  return {
    enqueue_ms: rounded(enqueued - started),
    process_per_s: perSecond(process_ms),
    in_sequence_per_s: perSecond(enqueued - started + process_ms),
  };
}

async function measurePickUp() {
  const begunAt = new Map();
  const consumers = await startConsumers((message) => begunAt.set(message.repo, message.at));
  const latencies = [];
  for (let sample = 1; sample <= settings.samples; ++sample) {
    await sleep(40 + Math.random() * 40);
    const submitted = now();
    await queue.enqueue([repoName(sample)]);
    while (!begunAt.has(repoName(sample))) await sleep(1);
    latencies.push(begunAt.get(repoName(sample)) - submitted);
  }
  await stopConsumers(consumers);
  latencies.sort((a, b) => a - b);
  const rank = (share) => rounded(latencies[Math.max(0, Math.ceil(share * latencies.length) - 1)]);
  return { submit_to_runner: { samples: latencies.length, p50_ms: rank(0.5), p99_ms: rank(0.99) } };
}

const measures = { 'end-to-end': measureEndToEnd, phases: measurePhases, 'pick-up': measurePickUp };
const result = await measures[settings.measure]();
const { peer, measure, children, processes, concurrency, batch, pollers } = settings;
console.log(
  JSON.stringify({ peer, version: queue.version, node: process.version, measure, children, processes, concurrency, batch,
    pollers, result }),
);
await client.end();
await queue.close();
process.exit(0);
