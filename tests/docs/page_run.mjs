// Runs the commands of one page, in the order of the page, in a folder of the page's own.
import {spawn, spawnSync} from 'node:child_process';
import {existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync} from 'node:fs';
import {basename, dirname, join} from 'node:path';

import {isExpected, outputPattern, settleId} from './expected_output.mjs';
import {readBlocks, readCommands, RUN_LANGUAGES, wrongMarkings} from './page_blocks.mjs';

// A page that is not true is told of in one piece.
export class PageFailure extends Error {}

// What only reads may be asked again until it shows what the page shows: a person looks later than a program.
const READS = /^(time )?fleetctl (-\S+ \S+ )*(status|tasks|list|logs|failures|attempts|audit|limits list|repo list)\b/;
const READ_AGAIN_FOR = 20_000;
const COMMAND_LIMIT = 60_000;
// How long a submitted fleet may take to begin: what follows on a page speaks of one that has begun.
const SETTLE_LIMIT = 20_000;
// fleetctl's code for a watched fleet that did not complete everywhere.
const ENDED_OTHERWISE = 5;

function pause(milliseconds) {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}

export class PageRun {
  // root: of the clone. folder: an empty one. stack: {environment, ports}: ports maps what pages say to what there is.
  constructor(root, page, folder, stack, deadline) {
    Object.assign(this, {root, page, folder, stack, deadline});
    this.blocks = readBlocks(readFileSync(join(root, page), 'utf8'));
    this.environment = {...stack.environment, ROOT: root};
    this.ids = new Map();
    this.fleet = null;
    this.count = {run: 0, compared: 0, skipped: 0};
  }

  // Throws PageFailure at the first command that does not do what the page says.
  run() {
    const wrong = wrongMarkings(this.blocks);
    if (wrong.length > 0) throw new PageFailure(wrong.map((text) => `${this.page}, ${text}`).join('\n'));
    this.prepare();
    for (const block of this.blocks) {
      if (block.marking?.kind === 'not run') {
        this.count.skipped++;
        this.checkPrograms(block);
      } else if (block.marking?.kind !== 'file' && RUN_LANGUAGES.includes(block.language)) {
        this.runBlock(block);
      }
    }
    this.applyWorkflows();
    return this.count;
  }

  prepare() {
    for (const name of ['proto', 'deploy', 'tests']) symlinkSync(join(this.root, name), join(this.folder, name));
    symlinkSync(join(this.root, 'tests/npm/node_modules'), join(this.folder, 'node_modules'));
    for (const block of this.blocks) {
      if (block.marking?.kind !== 'file') continue;
      const path = join(this.folder, block.marking.value);
      mkdirSync(dirname(path), {recursive: true});
      writeFileSync(path, block.lines.join('\n') + '\n');
    }
    const script = join(this.root, 'tests/docs/prepare', basename(this.page, '.md'));
    if (!existsSync(script)) return;
    const {code, output} = this.shell(`'${script}'`);
    if (code !== 0) throw new PageFailure(`${script} failed:\n${output}`);
  }

  // Scripts of this repository that a block names must be there, also where they are not run.
  checkPrograms(block) {
    for (const [at, line] of block.lines.entries()) {
      const found = /^(?:\$ )?(?:[A-Z_]+=\S+ )*((?:\.ci|tests|deploy)\/[\w./-]+)/.exec(line);
      if (found && !existsSync(join(this.root, found[1]))) {
        throw new PageFailure(`${this.page}, line ${block.line + 1 + at}: there is no ${found[1]}`);
      }
    }
  }

  // Every workflow that the page shows is one that the service takes.
  applyWorkflows() {
    for (const block of this.blocks) {
      if (block.language !== 'yaml' || !block.lines[0]?.startsWith('workflow:')) continue;
      writeFileSync(join(this.folder, 'shown.yaml'), block.lines.join('\n') + '\n');
      const {code, output} = this.shell('fleetctl workflow apply shown.yaml');
      if (code !== 0) throw new PageFailure(`${this.page}, line ${block.line}: the workflow is refused:\n${output}`);
      this.count.run++;
    }
  }

  runBlock(block) {
    const done = join(this.folder, 'meanwhile-done');
    rmSync(done, {force: true});
    if (block.marking) {
      const command = `sleep 2; (${block.marking.value}); echo $? > '${done}'`;
      spawn('bash', ['-c', command], {cwd: this.folder, env: this.environment, stdio: 'ignore'});
    }
    for (const step of readCommands(block)) this.runStep(step);
    while (block.marking && !existsSync(done)) {
      this.checkTime();
      pause(50);
    }
    if (block.marking && readFileSync(done, 'utf8').trim() !== '0') {
      throw new PageFailure(`${this.page}, line ${block.line}: ${block.marking.value} failed`);
    }
  }

  runStep(step) {
    let command = this.asRun(step.command);
    let result = this.shell(command);
    const reading = READS.test(command);
    const end = Date.now() + READ_AGAIN_FOR;
    while (reading && !this.isRight(step, result) && Date.now() < end) {
      pause(250);
      result = this.shell(command);
    }
    const submitted = settleId(step.expected, result.output, this.ids);
    if (!this.isRight(step, result)) this.fail(step, command, result);
    if (submitted) {
      this.fleet = submitted;
      this.settle(submitted);
    }
    this.count.run++;
    if (step.expected) this.count.compared++;
  }

  // The command with what stands for something on the page replaced by it.
  asRun(text) {
    let command = text;
    for (const [shown, real] of this.ids) command = command.replaceAll(shown, real);
    if (this.fleet) command = command.replace(/\bFLEET\b/g, this.fleet);
    command = command.replaceAll('owner/name', 'acme/payroll');
    for (const [shown, real] of Object.entries(this.stack.ports)) command = command.replaceAll(shown, real);
    return command;
  }

  isRight(step, {code, output}) {
    const refused = step.expected?.some((line) => line.startsWith('error: ')) ?? false;
    const watches = /\bwatch\b/.test(step.command);
    if (refused ? code === 0 : code !== 0 && !(watches && code === ENDED_OTHERWISE)) return false;
    return step.expected === null || isExpected(step.expected, output, this.idsWith(step, output));
  }

  idsWith(step, output) {
    const ids = new Map(this.ids);
    settleId(step.expected, output, ids);
    return ids;
  }

  // Until the fleet has begun.
  settle(fleet) {
    const end = Date.now() + SETTLE_LIMIT;
    while (Date.now() < end) {
      const {code, output} = this.shell(`fleetctl status ${fleet} -o json`);
      const states = code === 0 ? JSON.parse(output).fleet.rollup?.states ?? {} : {};
      if (Object.keys(states).some((state) => state !== 'queued' && states[state] > 0)) return;
      pause(50);
    }
  }

  // Milliseconds that are left for all pages.
  checkTime() {
    const left = this.deadline - Date.now();
    if (left <= 0) throw new PageFailure(`${this.page}: the pages take too long as a whole`);
    return left;
  }

  shell(command) {
    const left = this.checkTime();
    const ended = spawnSync('bash', ['-o', 'pipefail', '-ec', `exec 2>&1\n${command}`], {
      cwd: this.folder, env: this.environment, encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'], timeout: Math.min(COMMAND_LIMIT, left), killSignal: 'SIGKILL',
    });
    return {code: ended.status ?? 1, output: ended.stdout ?? ''};
  }

  fail(step, command, {code, output}) {
    const parts = [`${this.page}, line ${step.line}: not as the page says`, `$ ${command}`, output.trimEnd(), `exit code ${code}`];
    if (step.expected) {
      parts.push('--- the page shows', ...step.expected, '--- that is, as a pattern');
      parts.push(String(outputPattern(step.expected, this.idsWith(step, output))));
    }
    throw new PageFailure(parts.join('\n'));
  }
}
