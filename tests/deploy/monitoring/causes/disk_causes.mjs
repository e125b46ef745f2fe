// A runner's disk fills.
import {appendFileSync, rmSync} from 'node:fs';
import {join} from 'node:path';

import {repeat} from '../until.mjs';

const MEBIBYTE = Buffer.alloc(1 << 20);

export const diskCauses = [
  {
    cause: 'a runner\'s disk of 256 MiB is filled by 8 MiB a second; the file is deleted',
    alerts: ['FleetRunnerDiskFilling', 'FleetRunnerDiskFull'],
    before: async ({stack}) => {
      await stack.startRunner('small-disk', `--work_dir=${join(stack.disk('small', 256), 'work')}`);
      return () => stack.removeRunner('small-disk');
    },
    plant: async ({stack}) => {
      const file = join(stack.folder, 'small/log-of-others');
      const stop = repeat(125, () => appendFileSync(file, MEBIBYTE));
      return () => {
        stop();
        rmSync(file);
      };
    },
  },
];
