// A stack of deploy/stack with Prometheus and Alertmanager, in a folder and on ports of its own, whose alerts come within
// seconds, and what a test may do to it.
import {execFileSync, spawn} from 'node:child_process';
import {existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';

import {compressed, compressRules} from './compressed_time.mjs';
import {PrometheusClient} from './prometheus_client.mjs';
import {root, RULE_FILES} from './sources.mjs';
import {until} from './until.mjs';

const WITHIN = 120_000;
const HOLDER = 'holds what Fleet needs';

export class WatchedStack {
  constructor(bin) {
    this.bin = bin;
    this.folder = mkdtempSync(join(tmpdir(), 'fleet-alerts-'));
    this.dir = join(this.folder, 'stack');
    this.runners = new Map();
    this.disks = [];
  }

  run(command, ...options) {
    return execFileSync(join(root, 'deploy/stack'), [command, '--dir', this.dir, ...options], {encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe']});
  }

  // Starts what does not run, as an operator does.
  async up() {
    this.run('up', '--bin', this.bin, '--allow_file_protocol', '--monitoring', '--scrape_interval', '1s');
    this.prometheus ??= new PrometheusClient(`http://127.0.0.1:${this.port('prometheus')}`, `http://127.0.0.1:${this.port('alertmanager')}`);
    await this.compressTime();
  }

  // Writes anew what "up" has written as it is shipped.
  async compressTime() {
    for (const file of RULE_FILES.map((path) => join(this.dir, 'monitoring', path.split('/').at(-1)))) {
      writeFileSync(file, compressRules(readFileSync(file, 'utf8')));
    }
    const manager = join(this.dir, 'monitoring/alertmanager.yml');
    writeFileSync(manager, readFileSync(manager, 'utf8').replace(/group_wait: .*/, 'group_wait: 1s'));
    this.scrapeRunners();
    this.signal('SIGHUP', 'prometheus', 'alertmanager');
    const longest = compressed(3600);
    await until(WITHIN, async () => (await this.prometheus.rules()).every((rule) => (rule.duration ?? 0) <= longest), () => 'the rules are not read again');
    await until(WITHIN, () => this.prometheus.hasAlertmanager(), () => 'Prometheus finds no Alertmanager');
  }

  port(name) {
    return readFileSync(join(this.dir, 'ports', name), 'utf8').trim();
  }

  address(name) {
    return `127.0.0.1:${this.port(name)}`;
  }

  signal(kind, ...names) {
    for (const name of names) process.kill(Number(readFileSync(join(this.dir, 'run', name), 'utf8').split(' ')[0]), kind);
  }

  // What clients of it need.
  environment() {
    return {...process.env, FLEET_SERVER: `${this.address('service-1')},${this.address('service-2')}`, PATH: `${this.bin}:${process.env.PATH}`};
  }

  psql(...options) {
    const environment = {...process.env, PGPASSWORD: readFileSync(join(this.dir, 'postgres_password'), 'utf8'), PGAPPNAME: HOLDER};
    return ['psql', ['-XqAt', '-h', '127.0.0.1', '-p', this.port('postgres'), '-U', 'postgres', '-d', 'fleet', ...options], {env: environment, encoding: 'utf8'}];
  }

  query(sql) {
    const [program, options, settings] = this.psql('-c', sql);
    return execFileSync(program, options, settings).trim();
  }

  // Has somebody else's session run SQL that keeps what Fleet needs, and then sleeps, until what is returned is called.
  async hold(sql) {
    const [program, options, settings] = this.psql('-c', sql);
    spawn(program, options, {...settings, stdio: 'ignore'});
    await until(WITHIN, () => this.query(`select count(*) from pg_stat_activity where application_name = '${HOLDER}' and wait_event = 'PgSleep'`) === '1', () => `nobody holds: ${sql}`);
    return () => this.letGo();
  }

  // What the runbooks tell to do with a session that is none of Fleet's.
  letGo() {
    this.query(`select pg_terminate_backend(pid) from pg_stat_activity where application_name = '${HOLDER}' and pid <> pg_backend_pid()`);
  }

  // PostgreSQL ends as in a crash: nothing is written any more.
  killDatabase() {
    const home = readFileSync(join(this.dir, 'postgres_home'), 'utf8').trim();
    process.kill(Number(readFileSync(join(home, 'data/postmaster.pid'), 'utf8').split('\n')[0]), 'SIGQUIT');
  }

  // A small disk for a runner's work. Only root can have one.
  disk(name, mebibytes) {
    const path = join(this.folder, name);
    mkdirSync(path);
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${mebibytes}m`, 'fleet-alerts', path]);
    this.disks.push(path);
    return path;
  }

  // A runner besides those of the stack, scraped like them.
  async startRunner(name, ...options) {
    const ports = join(this.folder, `${name}.ports`);
    const work = options.some((option) => option.startsWith('--work_dir')) ? [] : [`--work_dir=${join(this.folder, name)}`];
    rmSync(ports, {force: true});
    const child = spawn(join(this.bin, 'fleet-runner'), [`--servers=${this.environment().FLEET_SERVER}`, `--name=${name}`, '--git_protocols=https,ssh,file',
                        '--metrics_listen=127.0.0.1:0', `--port_file=${ports}`, ...work, ...options], {stdio: 'ignore'});
    await until(WITHIN, () => existsSync(ports) && /metrics=\d+/.test(readFileSync(ports, 'utf8')), () => `runner ${name} does not start`);
    this.runners.set(name, {child, port: /metrics=(\d+)/.exec(readFileSync(ports, 'utf8'))[1]});
    this.scrapeRunners();
    return child;
  }

  async slotsUsed(name) {
    const page = await (await fetch(`http://127.0.0.1:${this.runners.get(name).port}/metrics`)).text();
    return Number(/^fleet_runner_own_slots\{state="used"\} (\d+)/m.exec(page)?.[1] ?? 0);
  }

  // Its machine is given up: nobody asks for its metrics any more.
  async removeRunner(name) {
    const {child} = this.runners.get(name);
    this.runners.delete(name);
    this.scrapeRunners();
    child.kill('SIGKILL');
    await until(WITHIN, () => child.exitCode !== null || child.signalCode !== null, () => `runner ${name} does not end`);
  }

  scrapeRunners() {
    const ports = [this.port('runner-1-metrics'), this.port('runner-2-metrics'), ...[...this.runners.values()].map(({port}) => port)];
    writeFileSync(join(this.dir, 'monitoring/targets/fleet-runner.yml'), ports.map((port) => `- targets: ['127.0.0.1:${port}']\n`).join(''));
  }

  async end() {
    for (const name of [...this.runners.keys()]) await this.removeRunner(name);
    for (const name of ['service-1', 'service-2', 'worker-1', 'worker-2', 'runner-1', 'runner-2']) {
      try {
        this.signal('SIGCONT', name);
      } catch {
        // It has ended, or has not begun.
      }
    }
    this.run('down', '--purge');
    for (const path of this.disks) execFileSync('umount', ['--lazy', path]);
    rmSync(this.folder, {recursive: true, force: true});
  }
}
