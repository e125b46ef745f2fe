// Writes every dashboard as a file into the folder that is named.
import {writeFileSync} from 'node:fs';
import {join} from 'node:path';

import {fleets} from './fleets';
import {internals} from './internals';
import {overview} from './overview';
import {runners} from './runners';

const folder = process.argv[2];
if (folder === undefined) throw new Error('usage: main.js FOLDER');
for (const builder of [overview(), fleets(), runners(), internals()]) {
  const dashboard = builder.build();
  writeFileSync(join(folder, `${dashboard.uid}.json`), `${JSON.stringify(dashboard, null, 2)}\n`);
}
