// deploy/stack up --monitoring with a real Prometheus and a mixed load: promtool's checks, every panel's query, every
// recording rule, and alerts from what they watch to Alertmanager and back.
//
//   monitoring_test.mjs BIN     BIN: the folder of the programs
import assert from 'node:assert/strict';
import {execFile, execFileSync} from 'node:child_process';
import {existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {promisify} from 'node:util';

import {MixedLoad} from './mixed_load.mjs';
import {PrometheusClient} from './prometheus_client.mjs';
import {queries, read, recordings, root, RULE_FILES} from './sources.mjs';
import {until} from './until.mjs';

// What has no value while all is well, and why; then its series must be there, at 0, where they can be.
const CONDITIONAL = new Map([
  ['fleet_queue_oldest_startable_task_timestamp_seconds', 'a child that nothing holds is leased at once'],
  ['fleet_jobs_oldest_due_timestamp_seconds', 'a job that is due is done at once'],
]);
const DATA_WITHIN = 60_000;
const ALERT_WITHIN = 60_000;

const bin = process.argv[2];
const folder = mkdtempSync(join(tmpdir(), 'fleet-monitoring-'));
const dir = join(folder, 'stack');
const stack = (command, ...options) => execFileSync(join(root, 'deploy/stack'), [command, '--dir', dir, ...options], {encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe']});
const up = () => stack('up', '--bin', bin, '--allow_file_protocol', '--monitoring', '--scrape_interval', '1s');
const port = (name) => readFileSync(join(dir, 'ports', name), 'utf8').trim();
const pid = (name) => Number(readFileSync(join(dir, 'run', name), 'utf8').split(' ')[0]);
const signal = (kind, names) => names.forEach((name) => process.kill(pid(name), kind));
const started = Date.now();
const say = (text) => console.log(`${((Date.now() - started) / 1000).toFixed(1)} s: ${text}`);

// One that only waits to be reaped does not run.
function runs(number) {
  const status = `/proc/${number}/status`;
  return existsSync(status) && !/^State:\s+[ZX]/m.test(readFileSync(status, 'utf8'));
}

async function promtool() {
  const run = promisify(execFile);
  const cases = 'tests/deploy/monitoring/alert_rules';
  await Promise.all([
    run('promtool', ['check', 'config', join(dir, 'monitoring/prometheus.yml')]),
    run('amtool', ['check-config', join(dir, 'monitoring/alertmanager.yml')]),
    run('promtool', ['check', 'rules', '--lint=all', '--lint-fatal', ...RULE_FILES], {cwd: root}),
    run('promtool', ['test', 'rules', ...readdirSync(join(root, cases))], {cwd: join(root, cases)}),
  ]);
  say('promtool is content');
}

// Alerts that wait for minutes fire at once here; all else of the rules stays. What fires before Prometheus has found its
// Alertmanager again would be told only a minute later.
async function alertAtOnce(prometheus) {
  const rules = join(dir, 'monitoring/fleet.rules.yml');
  writeFileSync(rules, readFileSync(rules, 'utf8').replace(/^( {8}for:) .*/gm, '$1 0s'));
  const manager = join(dir, 'monitoring/alertmanager.yml');
  writeFileSync(manager, readFileSync(manager, 'utf8').replace(/group_wait: .*/, 'group_wait: 1s'));
  signal('SIGHUP', ['prometheus', 'alertmanager']);
  await until(ALERT_WITHIN, async () => (await prometheus.rules()).every((rule) => !rule.duration), () => 'the rules are not read again');
  await until(ALERT_WITHIN, () => prometheus.hasAlertmanager(), () => 'Prometheus finds no Alertmanager');
}

// As promtool check metrics asks it of an exporter.
async function metricsAreWellMade() {
  for (const name of ['service-1', 'service-2', 'worker-1', 'worker-2', 'runner-1', 'runner-2']) {
    const answer = await fetch(`http://127.0.0.1:${port(`${name}-metrics`)}/metrics`);
    execFileSync('promtool', ['check', 'metrics'], {input: await answer.text(), stdio: ['pipe', 'pipe', 'pipe']});
  }
}

// What runbooks tell to type, as far as it names nothing that only a system in trouble has.
function runbooksCanBeFollowed(environment) {
  const ports = {7090: port('service-1-metrics'), 7092: port('worker-1-metrics'), 7094: port('runner-1-metrics')};
  const database = readFileSync(join(dir, 'database_url'), 'utf8').trim();
  const commands = [...read('docs/runbooks.md').matchAll(/^(?:curl |psql |fleetctl l).*$/gm)].map(([line]) => line.replace(/ {2,}#.*/, ''))
    .filter((line) => !/PID|NAME/.test(line));
  assert.ok(commands.length > 20);
  for (const command of new Set(commands)) {
    const real = command.replace(/127\.0\.0\.1:(\d+)/, (_, shown) => `127.0.0.1:${ports[shown]}`);
    execFileSync('bash', ['-o', 'pipefail', '-c', real], {env: {...environment, FLEET_DATABASE_URL: database}, stdio: ['ignore', 'ignore', 'pipe']});
  }
  say(`${commands.length} commands of the runbooks run`);
}

function zeroToo(expr) {
  return expr.replaceAll(' > 0)', ' >= 0)');
}

async function everythingHasData(prometheus) {
  const asked = [...queries(), ...recordings().map((rule) => ({where: rule.record, expr: rule.record, source: rule.expr}))];
  let missing = asked;
  await until(DATA_WITHIN, async () => {
    const still = [];
    for (const query of missing) {
      const text = query.source ?? query.expr;
      const conditional = [...CONDITIONAL.keys()].some((metric) => text.includes(metric));
      if (!(await prometheus.hasData(query.expr)) && !(conditional && await prometheus.hasData(zeroToo(text)))) still.push(query);
    }
    missing = still;
    return missing.length === 0;
  }, () => `no data for\n${missing.map(({where, expr}) => `  ${where}: ${expr}`).join('\n')}`);
  say(`${asked.length} queries and recorded series have data`);
}

async function allIsScraped(prometheus) {
  await until(ALERT_WITHIN, async () => (await prometheus.query('sum(up)'))[0]?.value === 6, async () => `scraped: ${JSON.stringify(await prometheus.query('up'))}`);
}

// What docs/operations.md tells to do with a fleet that waits: the panel names what it waits on.
async function theWaitingFleetIsExplained(prometheus) {
  const {expr} = queries().find(({where}) => where === 'fleet-overview, "What open fleets wait on", A');
  await until(ALERT_WITHIN, async () => (await prometheus.query(expr)).some(({metric, value}) => metric.reason === 'system_cap' && value >= 1),
              async () => `the panel does not say system_cap: ${JSON.stringify(await prometheus.query(expr))}`);
  say('the panel says what the planted fleet waits on');
}

async function comesAndGoes(prometheus, alert, plant, mend) {
  await plant();
  await until(ALERT_WITHIN, async () => (await prometheus.alerts()).has(alert), async () => `${alert} did not come: Alertmanager has ${[...await prometheus.alerts()]}; Prometheus fires ${[...await prometheus.firing()]}`);
  await mend();
  await until(ALERT_WITHIN, async () => !(await prometheus.alerts()).has(alert), () => `${alert} did not go`);
  say(`${alert} came and went`);
}

let load;
try {
  up();
  const prometheus = new PrometheusClient(`http://127.0.0.1:${port('prometheus')}`, `http://127.0.0.1:${port('alertmanager')}`);
  const environment = {...process.env, FLEET_SERVER: `127.0.0.1:${port('service-1')},127.0.0.1:${port('service-2')}`, PATH: `${bin}:${process.env.PATH}`};
  load = new MixedLoad(root, join(folder, 'load'), environment);
  say('the stack is up');
  // Runners learn of the lease time when they register.
  load.fleetctl('limits', 'set', 'lease_ms', '3000', '--yes');
  signal('SIGKILL', ['runner-1', 'runner-2']);
  await until(ALERT_WITHIN, () => ['runner-1', 'runner-2'].every((name) => !runs(pid(name))), () => 'runners do not end');
  up();
  await allIsScraped(prometheus);
  say('the stack is up and scraped');
  const checked = promtool();
  load.begin();
  for (const fleet of load.ends) load.waitFor(fleet, '(COMPLETED|PARTIAL_FAILURE|FAILED)');
  load.hold();
  say('the load is through, but for what is held');
  await alertAtOnce(prometheus);
  assert.deepEqual((await prometheus.rules()).filter((rule) => rule.lastError), [], 'rules that cannot be evaluated');
  await comesAndGoes(prometheus, 'FleetPoolWithoutRunner', () => {}, () => load.fleetctl('cancel', load.withoutRunner));
  for (const [alert, hung] of [['FleetProcessDown', ['worker-2']], ['FleetServiceDown', ['service-1', 'service-2']]]) {
    await comesAndGoes(prometheus, alert, () => signal('SIGSTOP', hung), () => signal('SIGCONT', hung));
  }
  // A dead worker and a lost runner, whose children go to the other.
  signal('SIGKILL', ['worker-2', 'runner-1']);
  up();
  await metricsAreWellMade();
  runbooksCanBeFollowed(environment);
  await everythingHasData(prometheus);
  await theWaitingFleetIsExplained(prometheus);
  await checked;
  assert.deepEqual((await prometheus.rules()).filter((rule) => rule.lastError).map((rule) => [rule.name, rule.lastError]), []);
  const running = stack('status').split('\n').filter((line) => / up /.test(line)).map((line) => Number(line.split(/\s+/)[2]));
  assert.equal(running.length, 9, 'the processes of a stack that is watched');
  load.release();
  load.end();
  stack('down');
  for (const number of running) assert.ok(!runs(number), `down left process ${number}`);
  say('down leaves nothing');
} finally {
  load?.end();
  stack('down', '--purge');
  rmSync(folder, {recursive: true, force: true});
}
