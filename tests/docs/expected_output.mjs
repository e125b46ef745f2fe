// What a page shows of a command's output, compared with what it printed. Pages show one run, so some parts stand for
// others of their kind:
//
//   01M87VFE…              a fleet's id; what it stands for is settled by "Fleet 01M87VFE… accepted", else any id
//   2026-11-24 22:40:29Z   any time; 22:47:25Z any time of a day; 2026-11-24T22:40:29.123Z too
//   12s, 3m 14s, 250ms     any duration
//   root                   the user who runs the test
//   …                      alone on a line: any lines; else any text within the line
//
// Blanks are alike however many there are: columns are as wide as what stands in them. Between two lines of progress
// others may have been printed, since these tell of moments.
import {userInfo} from 'node:os';

const ULID = '[0-7][0-9A-HJKMNP-TV-Z]{25}';
const PROGRESS = '[A-Z_]+ \\d+/\\d+ \\(\\d+%\\).*';
const PARTS = [
  [/^[0-7][0-9A-HJKMNP-TV-Z]{3,25}…/, (text, ids) => ids.has(text) ? ids.get(text) : ULID],
  [/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/, () => '\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d+)?Z'],
  [/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ/, () => '\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\dZ'],
  [/^\d\d:\d\d:\d\dZ/, () => '\\d\\d:\\d\\d:\\d\\dZ'],
  [/^(\d+(\.\d+)?(ms|s|m|h) ?)+\b/, (text) => '(?:\\d+(?:\\.\\d+)?(?:ms|s|m|h) ?)+' + (text.endsWith(' ') ? ' ?' : '')],
  [/^root\b/, () => escape(userInfo().username)],
  [/^\s+/, () => '\\s+'],
  [/^…/, () => '.*?'],
];

function escape(text) {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

function linePattern(line, ids) {
  let pattern = '';
  let rest = line.trimEnd();
  let inWord = false;
  while (rest !== '') {
    let part = null;
    for (const [form, write] of PARTS) {
      const found = form.exec(rest);
      // A number or a name within a longer word is not one of its own.
      if (found && !(inWord && /\w/.test(found[0][0]))) {
        part = [found[0], write(found[0], ids)];
        break;
      }
    }
    if (!part) part = [rest[0], escape(rest[0])];
    inWord = /\w$/.test(part[0]);
    pattern += part[1];
    rest = rest.slice(part[0].length);
  }
  return pattern;
}

// A regular expression for the whole output. ids: what "01M87VFE…" stands for, by that text.
export function outputPattern(expected, ids) {
  const lines = [...expected];
  while (lines.length > 0 && lines.at(-1).trim() === '') lines.pop();
  const patterns = lines.map((line) => {
    if (line.trim() === '…') return '(?:[^\\n]*\\n)*?';
    const progress = new RegExp(`^${PROGRESS}$`).test(line) ? `(?:${PROGRESS}\\n)*?` : '';
    return progress + linePattern(line, ids).replaceAll('\\s+', '[^\\S\\n]+') + '[^\\S\\n]*\\n';
  });
  return new RegExp('^' + patterns.join('') + '\\n*$');
}

// Whether the output is what the page shows. An empty line at the end counts for nothing.
export function isExpected(expected, output, ids) {
  const whole = output === '' || output.endsWith('\n') ? output : output + '\n';
  return outputPattern(expected, ids).test(whole);
}

// "Fleet 01M87VFE… accepted" in what is expected, beside the id that was printed: settles what the former stands for.
export function settleId(expected, output, ids) {
  const shown = /Fleet ([0-9A-Z]+…) accepted/.exec((expected ?? []).join('\n'));
  const printed = new RegExp(`Fleet (${ULID}) accepted`).exec(output);
  if (shown && printed) ids.set(shown[1], printed[1]);
  return printed ? printed[1] : null;
}
