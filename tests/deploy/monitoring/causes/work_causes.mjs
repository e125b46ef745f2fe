// What befalls processes, runners and the work.
import {until} from '../until.mjs';

const WITHIN = 60_000;

// Those that have not ended yet.
function cancelAll(load, fleets) {
  for (const fleet of fleets) {
    if (/"state":\s*"FLEET_STATE_RUNNING"/.test(load.fleetctl('status', fleet, '-o', 'json'))) load.fleetctl('cancel', fleet);
  }
}

export const workCauses = [
  {
    cause: 'both services are stopped (SIGSTOP); SIGCONT',
    alerts: ['FleetServiceDown'],
    plant: async ({stack}) => {
      stack.signal('SIGSTOP', 'service-1', 'service-2');
      return () => stack.signal('SIGCONT', 'service-1', 'service-2');
    },
  },
  {
    cause: 'a worker is killed; deploy/stack up',
    alerts: ['FleetProcessDown'],
    plant: async ({stack}) => {
      stack.signal('SIGKILL', 'worker-2');
      return () => stack.up();
    },
  },
  {
    cause: 'both workers are stopped (SIGSTOP), and a fleet is submitted; SIGCONT',
    alerts: ['FleetJobBehind'],
    plant: async ({stack, load}) => {
      stack.signal('SIGSTOP', 'worker-1', 'worker-2');
      load.submit('one.txt');
      return () => stack.signal('SIGCONT', 'worker-1', 'worker-2');
    },
  },
  {
    cause: 'a fleet is submitted to a pool without a runner; a runner of that pool is started',
    alerts: ['FleetPoolWithoutRunner'],
    plant: async ({stack, load}) => {
      const fleet = load.submit('one.txt', '--pool', 'gpu');
      return async () => {
        await stack.startRunner('gpu-1', '--pool=gpu');
        load.waitFor(fleet, 'COMPLETED');
        await stack.removeRunner('gpu-1');
      };
    },
  },
  {
    cause: 'runners that hold eight children each are killed, one after the other; no more are',
    alerts: ['FleetLeasesExpiring'],
    plant: async ({stack, load}) => {
      const fleets = [];
      let stopped = false;
      const killing = (async () => {
        for (let number = 1; !stopped; ++number) {
          const name = `doomed-${number}`;
          await stack.startRunner(name, '--slots=8', '--pool=doomed');
          fleets.push(load.submit('all.txt', '--pool', 'doomed', '--param', 'SECONDS=300'));
          await until(WITHIN, async () => await stack.slotsUsed(name) >= 6, () => `${name} takes no children`);
          await stack.removeRunner(name);
        }
      })();
      killing.catch(() => {});
      return async () => {
        stopped = true;
        await killing;
        cancelAll(load, fleets);
      };
    },
  },
  {
    cause: 'every attempt of some fleets fails with category network; they end',
    alerts: ['FleetFailureSpike'],
    plant: async ({load}) => {
      const fleets = [...Array(4).keys()].map(() => load.submit('all.txt', '--max-tries', '3', '--param', 'CATEGORY=network'));
      return () => fleets.forEach((fleet) => load.waitFor(fleet, 'FAILED'));
    },
  },
];
