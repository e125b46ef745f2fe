import assert from 'node:assert/strict';
import {test} from 'node:test';

import {readBlocks, readCommands, wrongMarkings} from './page_blocks.mjs';

const fenced = (language, ...lines) => ['```' + language, ...lines, '```'].join('\n');

test('commands without a marking are refused, fenced or indented', () => {
  for (const line of ['fleetctl list', '$ ls', 'tests/run -L unit', 'LANG=C git status', 'sudo systemctl start x']) {
    assert.equal(wrongMarkings(readBlocks(fenced('', line))).length, 1, line);
    assert.equal(wrongMarkings(readBlocks(`Text:\n\n    ${line}\n`)).length, 1, line);
  }
  assert.match(wrongMarkings(readBlocks(`Text\n\n${fenced('bash', 'true')}`))[0], /^line 3: /);
});

test('what is marked, and what holds no commands, is fine', () => {
  const page = [
    fenced('sh', 'fleetctl list'), fenced('console', '$ fleetctl list'), fenced('yaml', 'git status'),
    fenced('', ' (nothing) --> PENDING'), '<!-- not run: takes an hour -->\n' + fenced('', 'tests/run'),
    '- a list\n\n    git status of its second paragraph', 'A paragraph of two lines,\n    fleetctl among them',
  ].join('\n\n');
  assert.deepEqual(wrongMarkings(readBlocks(page)), []);
});

test('a marking holds for the next block alone, and needs a reason', () => {
  const twice = `<!-- not run: takes an hour -->\n\n${fenced('', 'tests/run')}\n\n${fenced('', 'tests/run')}`;
  assert.equal(wrongMarkings(readBlocks(twice)).length, 1);
  const afterText = `<!-- not run: takes an hour -->\nText between.\n\n${fenced('', 'tests/run')}`;
  assert.equal(wrongMarkings(readBlocks(afterText)).length, 1);
  assert.equal(wrongMarkings(readBlocks(`<!-- not run: -->\n${fenced('sh', 'tests/run')}`)).length, 1);
});

test('files are named in a comment', () => {
  const [block] = readBlocks(`<!-- file: a/b.yaml -->\n${fenced('yaml', 'a: 1', '', 'b: 2')}`);
  assert.deepEqual(block.marking, {kind: 'file', value: 'a/b.yaml'});
  assert.deepEqual(block.lines, ['a: 1', '', 'b: 2']);
});

test('a session is commands with what they print', () => {
  const [block] = readBlocks(fenced('console', '$ one \\', '    --more', 'printed', '', '$ two'));
  assert.deepEqual(readCommands(block), [
    {line: 2, command: 'one \\\n    --more', expected: ['printed', '']}, {line: 6, command: 'two', expected: []},
  ]);
});

test('a script is commands without what they print; here-documents belong to theirs', () => {
  const [block] = readBlocks(fenced('sh', '# a comment', 'one   # more', '', "cat <<'END' > file", '$ no command', 'END', 'two'));
  assert.deepEqual(readCommands(block).map(({command}) => command), ['one   # more', "cat <<'END' > file\n$ no command\nEND", 'two']);
  assert.equal(readCommands(block)[0].expected, null);
});
