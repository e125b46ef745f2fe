// Alerts wait for minutes and look back for days. For a test their rules are written with shorter times; names, what is
// compared with what, and shares stay.

// Times in seconds: 1m 3, 2m 4, 5m 5, 10m 6, 15m 7, 30m 10, 1h 12, 4h 21, 6h 24, 1d 40, 3d 60. A longer time stays a longer
// one, and the shortest window, of 5m, still holds some scrapes of a second.
export function compressed(seconds) {
  return Math.round(5 * (seconds / 300) ** (Math.log(12) / Math.log(864)));
}

// How old something may be is held against what Fleet does every five seconds (it reads its gauges), which does not
// become quicker: 60 is 10 here, and 120 is 20.
const AGE_SHARE = 6;

const UNITS = {s: 1, m: 60, h: 3600, d: 86400};

function duration(text) {
  const [, number, unit] = /^(\d+)([smhd])$/.exec(text);
  return `${compressed(Number(number) * UNITS[unit])}s`;
}

// What a rule file says with these times:
//   for: 5m                                  how long an alert waits
//   [5m], [1d:5m], offset 1h                 windows, steps and offsets
//   rate1h * 3600 > 50, rate15m * 900 > 10   what a window must have counted: the factor is the window
//   predict_linear(…, 4 * 3600)              how far ahead
//   …age_seconds > 60, time() - … > 60       ages
export function compressRules(text) {
  return text
    .replace(/^( {8}for: )(\w+)$/gm, (_, before, time) => before + duration(time))
    .replace(/\[(\d+[smhd])(?::(\d+[smhd]))?\]/g, (_, window, step) => `[${duration(window)}${step ? `:${duration(step)}` : ''}]`)
    .replace(/\boffset (\d+[smhd])\b/g, (_, time) => `offset ${duration(time)}`)
    .replace(/(:rate\w+ \*) (\d+)(?= > )/g, (_, before, seconds) => `${before} ${compressed(Number(seconds))}`)
    .replace(/, (\d+) \* 3600\)/g, (_, hours) => `, ${compressed(Number(hours) * 3600)})`)
    .replace(/((?::age_seconds|^ +expr: time\(\) - .+) > )(\d+)$/gm, (_, before, age) => before + Number(age) / AGE_SHARE);
}
