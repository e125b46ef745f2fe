// The code blocks of a page of Markdown, and what is to be done with them.
//
// A block of commands is ```sh (run as it stands) or ```console (lines after "$ " are run, the lines below them are what
// they print). An HTML comment in front of a block, which nobody sees on the rendered page, says otherwise:
//
//   <!-- not run: REASON -->   commands that the test does not run
//   <!-- file: NAME -->        the content of file NAME, which the page's commands use
//   <!-- meanwhile: COMMAND -->   run beside the block's commands, from two seconds after their start

const COMMAND = new RegExp(
    '^\\s*(\\$ |([A-Z_]+=\\S+ )*(sudo )?(\\.ci/|tests/|deploy/|build/|fleetctl |fleet-[a-z]+ |apt-get |buf |cmake |ctest |' +
    'curl |docker |eval |export |git |grpcurl |make |ninja |node |npm |pip |protoc |psql |python3? |ssh |systemctl |' +
    'systemd-run |useradd ))');

export const RUN_LANGUAGES = ['sh', 'console'];

// Whether a block that says nothing of itself holds commands.
function looksLikeCommands(block) {
  if (['bash', 'shell', 'zsh', 'terminal'].includes(block.language)) return true;
  return block.language === '' && block.lines.some((line) => COMMAND.test(line));
}

function readMarking(comment) {
  const found = /^<!--\s*(not run|file|meanwhile):\s*([^]*?)\s*-->$/.exec(comment);
  return found ? {kind: found[1], value: found[2].replace(/\s+/g, ' ')} : null;
}

// The blocks in the order of the page: {line, language, lines, marking}.
export function readBlocks(text) {
  const lines = text.split('\n');
  const blocks = [];
  let marking = null;
  let inList = false;
  for (let at = 0; at < lines.length; ++at) {
    const line = lines[at];
    if (line.trim() === '') continue;
    if (line.startsWith('<!--')) {
      let comment = line;
      while (!comment.trimEnd().endsWith('-->') && at + 1 < lines.length) comment += '\n' + lines[++at];
      marking = readMarking(comment.trim());
      continue;
    }
    const fence = /^( *)(```+|~~~+)\s*(\S*)/.exec(line);
    const block = {line: at + 1, language: fence ? fence[3] : '', lines: [], marking};
    if (fence) {
      while (++at < lines.length && lines[at].trim() !== fence[2]) block.lines.push(lines[at].slice(fence[1].length));
      blocks.push(block);
    } else if (/^( {4}|\t)/.test(line) && !inList && (at === 0 || lines[at - 1].trim() === '' || marking)) {
      for (; at < lines.length && (/^( {4}|\t)/.test(lines[at]) || lines[at].trim() === ''); ++at) {
        block.lines.push(lines[at].replace(/^( {4}|\t)/, ''));
      }
      --at;
      blocks.push(block);
    } else if (!/^\s/.test(line)) {
      inList = /^([-*+]|\d+[.)])\s/.test(line);
    }
    marking = null;
  }
  return blocks;
}

// What is wrong with the markings of a page: a list of texts, empty if all is well.
export function wrongMarkings(blocks) {
  const wrong = [];
  for (const block of blocks) {
    if (block.marking?.value === '') wrong.push(`line ${block.line}: "${block.marking.kind}" says nothing`);
    if ((!block.marking || block.marking.kind === 'meanwhile') && looksLikeCommands(block)) {
      wrong.push(`line ${block.line}: commands without a marking: make it \`\`\`sh or \`\`\`console, or say ` +
                 'in front of it why not: <!-- not run: REASON -->');
    }
  }
  return wrong;
}

// A command may go on after "\" and have here-documents. Returns the index of its last line.
function endOfCommand(lines, first) {
  let at = first;
  while (lines[at].endsWith('\\') && at + 1 < lines.length) ++at;
  for (const found of lines.slice(first, at + 1).join('\n').matchAll(/<<-?\s*'?([A-Z]+)'?/g)) {
    while (at + 1 < lines.length && lines[at].trim() !== found[1]) ++at;
  }
  return at;
}

// The commands of a block that is run: {line, command, expected}; expected is null where the page shows no output.
export function readCommands(block) {
  const commands = [];
  for (let at = 0; at < block.lines.length; ++at) {
    const line = block.lines[at];
    const isCommand = block.language === 'console' ? line.startsWith('$ ') : !/^\s*(#|$)/.test(line);
    if (!isCommand) {
      if (block.language === 'console' && commands.length > 0) commands.at(-1).expected.push(line);
      continue;
    }
    const end = endOfCommand(block.lines, at);
    const command = block.lines.slice(at, end + 1).join('\n').replace(/^\$ /, '');
    commands.push({line: block.line + 1 + at, command, expected: block.language === 'console' ? [] : null});
    at = end;
  }
  return commands;
}
