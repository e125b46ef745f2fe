import assert from 'node:assert/strict';
import {userInfo} from 'node:os';
import {test} from 'node:test';

import {isExpected, settleId} from './expected_output.mjs';

const ID = '01M8BY3E2Q4T6V8X0Z1A2B3C4D';
const OTHER = '01M8BY3F2Q4T6V8X0Z1A2B3C4D';

function matches(expected, output, ids = new Map()) {
  return isExpected(expected.split('\n'), output, ids);
}

test('other words, other numbers, and lines more or less are told apart', () => {
  assert.ok(matches('1 running, 4 queued', '1 running, 4 queued\n'));
  assert.ok(!matches('1 running, 4 queued', '2 running, 4 queued\n'));
  assert.ok(!matches('1 running', '1 running\nand more\n'));
  assert.ok(!matches('1 running\nand more', '1 running\n'));
  assert.ok(!matches('', 'something\n'));
  assert.ok(!matches('a.b', 'axb\n'));
});

test('blanks are alike however many', () => {
  assert.ok(matches('NAME     VALUE', 'NAME VALUE   \n'));
  assert.ok(!matches('NAME VALUE', 'NAMEVALUE\n'));
  assert.ok(!matches('NAME VALUE', 'NAME\nVALUE\n'));
});

test('an ellipsis is any lines, or any text of one line', () => {
  assert.ok(matches('first\n…\nlast', 'first\na\nb\nlast\n'));
  assert.ok(matches('first\n…\nlast', 'first\nlast\n'));
  assert.ok(matches('first …', 'first and more\n'));
  assert.ok(!matches('first … end', 'first\nend\n'));
});

test('times and durations stand for others, and for nothing else', () => {
  assert.ok(matches('at 2026-11-24 22:40:29Z, 22:40:29Z', 'at 2027-01-01 00:00:00Z, 01:02:03Z\n'));
  assert.ok(!matches('at 2026-11-24 22:40:29Z', 'at noon\n'));
  assert.ok(matches('took 3s, again in 29s', 'took 1m 14s, again in 250ms\n'));
  assert.ok(!matches('took 3s', 'took 3 sheep\n'));
  assert.ok(!matches('3 sheep', '4 sheep\n'));
});

test('an id is the one that was accepted, or any where none was', () => {
  const ids = new Map();
  assert.equal(settleId(['Fleet 01M87VFE… accepted: 5'], `Fleet ${ID} accepted: 5\n`, ids), ID);
  assert.ok(matches('Fleet 01M87VFE… is PAUSED', `Fleet ${ID} is PAUSED\n`, ids));
  assert.ok(!matches('Fleet 01M87VFE… is PAUSED', `Fleet ${OTHER} is PAUSED\n`, ids));
  assert.ok(matches('runner 01M87VDV… is lost', `runner ${OTHER} is lost\n`, ids));
  assert.ok(!matches('runner 01M87VDV… is lost', 'runner seven is lost\n', ids));
});

test('the user is who runs the test', () => {
  assert.ok(matches('paused by root', `paused by ${userInfo().username}\n`));
  assert.ok(!matches('paused by root', 'paused by somebody-else\n'));
});

test('between two lines of progress there may be others, but none instead', () => {
  const page = 'RUNNING 0/2 (0%): 2 active\nCOMPLETED 2/2 (100%): 2 completed\ndone';
  assert.ok(matches(page, 'RUNNING 0/2 (0%): 2 active\nRUNNING 1/2 (50%): 1 active\nCOMPLETED 2/2 (100%): 2 completed\ndone\n'));
  assert.ok(!matches(page, 'RUNNING 0/2 (0%): 2 active\nFAILED 2/2 (100%): 2 failed\ndone\n'));
});
