// Plants the real cause of every alert on a stack with a real Prometheus and Alertmanager, waits until Alertmanager has
// it, mends the cause, and waits until it is gone.
//
//   every_alert.mjs BIN [ALERT...]     BIN: the folder of the programs; ALERT: these only (and what shares their cause)
//
// Times of the rules are compressed (compressed_time.mjs says how). Exit code 1 if an alert does not come or go.
import assert from 'node:assert/strict';
import {join} from 'node:path';

import {databaseCauses} from './causes/database_causes.mjs';
import {diskCauses} from './causes/disk_causes.mjs';
import {intakeCauses} from './causes/intake_causes.mjs';
import {workCauses} from './causes/work_causes.mjs';
import {GrpcConnection} from './grpc_wire.mjs';
import {MixedLoad} from './mixed_load.mjs';
import {alerts, root} from './sources.mjs';
import {pause, until} from './until.mjs';
import {WatchedStack} from './watched_stack.mjs';

const WITHIN = 120_000;
const SETTLE = 15_000;

const [bin, ...wanted] = process.argv.slice(2);
const causes = [...workCauses, ...diskCauses, ...intakeCauses, ...databaseCauses];
assert.deepEqual(causes.flatMap((cause) => cause.alerts).sort(), alerts().map((rule) => rule.alert).sort(), 'each alert has one cause');
const chosen = causes.filter((cause) => wanted.length === 0 || cause.alerts.some((alert) => wanted.includes(alert)));
assert.ok(chosen.length > 0, `there is no alert ${wanted}`);

const stack = new WatchedStack(bin);
const connections = [];
function connect(service, settings) {
  connections.push(new GrpcConnection(stack.address(service), 'tester', settings));
  return connections.at(-1);
}

// Whether Alertmanager has the alert, each of its kinds if there are several.
async function isThere({expected = [{}]}, alert) {
  const active = (await stack.prometheus.activeAlerts()).filter((labels) => labels.alertname === alert);
  return expected.every((kind) => active.some((labels) => Object.entries(kind).every(([label, value]) => labels[label] === value)));
}

// Seconds from now until each of the alerts is there, or is gone; those that take too long are missing.
async function watch(names, isDone) {
  const began = Date.now();
  const seconds = new Map();
  await until(WITHIN, async () => {
    for (const alert of names) {
      if (!seconds.has(alert) && await isDone(alert)) seconds.set(alert, (Date.now() - began) / 1000);
    }
    return seconds.size === names.length;
  }, () => '').catch(() => {});
  return seconds;
}

const told = (seconds) => seconds === undefined ? `not within ${WITHIN / 1000} s` : `${seconds.toFixed(0)} s`;

// Whether all of a cause's alerts came and went.
async function comeAndGo(cause, stage) {
  await until(WITHIN, async () => (await stack.prometheus.activeAlerts()).length === 0, async () => `there are alerts before: ${[...await stack.prometheus.alerts()]}`);
  const stop = await cause.before?.(stage);
  if (stop) await pause(SETTLE);
  const planted = Date.now();
  const mend = await cause.plant(stage);
  const planting = (Date.now() - planted) / 1000;
  const fired = await watch(cause.alerts, (alert) => isThere(cause, alert));
  const beside = [...await stack.prometheus.alerts()].filter((alert) => !cause.alerts.includes(alert));
  const mended = Date.now();
  await mend();
  const mending = (Date.now() - mended) / 1000;
  const gone = await watch(cause.alerts, async (alert) => !(await stack.prometheus.alerts()).has(alert));
  await stop?.();
  console.log(cause.cause);
  for (const alert of cause.alerts) {
    const came = fired.has(alert) ? fired.get(alert) + planting : undefined;
    const went = gone.has(alert) ? gone.get(alert) + mending : undefined;
    console.log(`  ${alert}: came after ${told(came)}, went after ${told(went)}`);
  }
  if (beside.length > 0) console.log(`  beside: ${beside.join(', ')}`);
  return fired.size === cause.alerts.length && gone.size === cause.alerts.length;
}

const began = Date.now();
const failed = [];
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, () => stack.end().finally(() => process.exit(1)));
}
try {
  await stack.up();
  const load = new MixedLoad(root, join(stack.folder, 'load'), stack.environment());
  // Runners learn of the lease time when they register.
  load.fleetctl('limits', 'set', 'lease_ms', '6000', '--yes');
  load.fleetctl('limits', 'set', 'submit_rate_user', '100000', '--yes');
  load.fleetctl('limits', 'set', 'open_fleets_user', '9000', '--yes');
  stack.signal('SIGKILL', 'runner-1', 'runner-2');
  await pause(1000);
  await stack.up();
  const stage = {stack, load, connect, services: [connect('service-1'), connect('service-2')]};
  for (const cause of chosen) {
    try {
      if (!(await comeAndGo(cause, stage))) failed.push(...cause.alerts);
    } catch (error) {
      console.log(`${cause.cause}: ${error.stack}`);
      failed.push(...cause.alerts);
    }
  }
} finally {
  for (const connection of connections) connection.close();
  await stack.end();
}
console.log(`${chosen.flatMap((cause) => cause.alerts).length} alerts in ${((Date.now() - began) / 1000).toFixed(0)} s${failed.length > 0 ? `; failed: ${failed.join(', ')}` : ''}`);
process.exit(failed.length > 0 ? 1 : 0);
