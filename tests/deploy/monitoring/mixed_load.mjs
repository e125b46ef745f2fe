// A load that has some of everything on a stack: successes, every failure category, a pause, a cancel, a full cap, a lost
// runner, a dead worker, a pool without a runner.
import {execFileSync, spawn} from 'node:child_process';
import {mkdirSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';

const CATEGORIES = ['auth', 'network', 'concurrency', 'compute', 'agent', 'guardrail', 'config', 'timeout', 'blocked', 'unknown'];

const WORKFLOW = `workflow: test/mixed-v1
version: 1.0.0
title: Does what it is told
steps:
  - name: work
    script: |
      sleep "\${FLEET_PARAM_SECONDS:-0}"
      if [ -n "\${FLEET_PARAM_CATEGORY:-}" ]; then
        printf '{"failure_category": "%s", "failure_message": "as told"}' "$FLEET_PARAM_CATEGORY" > "$FLEET_OUTPUT"
        exit 1
      fi
      date > STAMP
      printf '{"cost_usd": 0.5}' > "$FLEET_OUTPUT"
commit:
  message: Stamp it
`;

export class MixedLoad {
  // environment: with FLEET_SERVER, and PATH with fleetctl. The repositories are made in folder.
  constructor(root, folder, environment) {
    Object.assign(this, {root, folder, environment});
    mkdirSync(folder, {recursive: true});
    execFileSync(join(root, 'deploy/quickstart.d/make_repositories'), [join(folder, 'made')], {stdio: 'ignore'});
    writeFileSync(join(folder, 'mixed.yaml'), WORKFLOW);
    const repositories = readFileSync(join(folder, 'made/repos.txt'), 'utf8').split('\n').filter((line) => /^\w/.test(line));
    writeFileSync(join(folder, 'one.txt'), repositories[0]);
    writeFileSync(join(folder, 'all.txt'), repositories.join('\n'));
    this.watches = [];
    this.fleetctl('repo', 'import', join(folder, 'made/repositories.csv'));
    this.fleetctl('workflow', 'apply', join(folder, 'mixed.yaml'));
  }

  fleetctl(...options) {
    return execFileSync('fleetctl', options, {env: this.environment, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], timeout: 60_000});
  }

  // The id of a new fleet on the repositories of a list.
  submit(list, ...options) {
    const output = this.fleetctl('submit', '--repos-file', join(this.folder, list), '--workflow', 'test/mixed-v1', '-o', 'json', ...options);
    return /"fleet_id":\s*"(\w+)"/.exec(output)[1];
  }

  watch(fleet) {
    this.watches.push(spawn('fleetctl', ['watch', fleet], {env: this.environment, stdio: 'ignore'}));
  }

  waitFor(fleet, state) {
    const deadline = Date.now() + 60_000;
    while (!new RegExp(`"state":\\s*"FLEET_STATE_${state}"`).test(this.fleetctl('status', fleet, '-o', 'json'))) {
      if (Date.now() > deadline) throw new Error(`fleet ${fleet} is not ${state} after a minute`);
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200);
    }
  }

  // What ends by itself.
  begin() {
    const first = this.submit('all.txt');
    this.watch(first);
    const failing = CATEGORIES.map((category) => this.submit('one.txt', '--max-tries', '2', '--param', `CATEGORY=${category}`));
    this.withoutRunner = this.submit('one.txt', '--pool', 'gpu');
    const cancelled = this.submit('all.txt', '--param', 'SECONDS=60', '--max-concurrency', '1');
    this.fleetctl('cancel', cancelled);
    this.ends = [first, ...failing];
  }

  // What stays: a paused fleet, and one at a full cap that is longer than the test.
  hold() {
    this.fleetctl('limits', 'set', 'system_active', '3');
    this.long = this.submit('all.txt', '--param', 'SECONDS=300');
    this.paused = this.submit('all.txt');
    this.fleetctl('pause', this.paused);
  }

  // Nothing is held any more, so that runners can end at once.
  release() {
    for (const fleet of [this.long, this.paused]) this.fleetctl('cancel', fleet);
    this.waitFor(this.long, 'CANCELLED');
  }

  end() {
    for (const watch of this.watches) watch.kill('SIGTERM');
  }
}
