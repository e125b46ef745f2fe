// What callers do all the while, so that there is something to go wrong.
import {field, idIn, message} from '../grpc_wire.mjs';
import {repeat} from '../until.mjs';

export const WORKFLOW = 'test/mixed-v1';

// A fleet without children: its targets are said to come later.
export async function openFleet(connection) {
  const {body} = await connection.call('CreateFleet', message(field(2, WORKFLOW), field(10, 1)));
  return idIn(body);
}

const cancel = (connection, fleet) => connection.call('CancelFleet', field(1, fleet));

// Submits ten fleets a second, to each service in turn, and takes each back.
export function submitAllTheTime(services) {
  let turn = 0;
  return repeat(100, async () => {
    const connection = services[turn++ % services.length];
    const fleet = await openFleet(connection);
    if (fleet) await cancel(connection, fleet);
  });
}

// Twenty fleets, watched with their children, each changed every two seconds.
export async function watchAllTheTime([changing, watching]) {
  const fleets = [];
  for (let i = 0; i < 20; ++i) fleets.push(await openFleet(changing));
  for (const fleet of fleets) watching.open('WatchFleet', message(field(1, fleet), field(3, 1))).resume();
  let turn = 0;
  const stop = repeat(100, () => {
    const priority = field(2, field(4, 1 + Math.floor(turn / fleets.length) % 2));
    return changing.call('UpdateFleet', message(field(1, fleets[turn++ % fleets.length]), priority, field(3, field(1, 'priority'))));
  });
  return async () => {
    stop();
    await Promise.all(fleets.map((fleet) => cancel(changing, fleet)));
  };
}
