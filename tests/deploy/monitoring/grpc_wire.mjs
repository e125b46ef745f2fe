// gRPC over a plain HTTP/2 connection, so that a test can also send what no library sends, in any number.
import http2 from 'node:http2';

function varint(number) {
  const bytes = [];
  for (; number > 127; number = Math.floor(number / 128)) bytes.push(number % 128 + 128);
  return Buffer.from([...bytes, number]);
}

// A field of a message in protobuf's wire form: a number, or what has a length (a text, a message).
export function field(number, value) {
  if (typeof value === 'number') return Buffer.concat([varint(number * 8), varint(value)]);
  const bytes = Buffer.from(value);
  return Buffer.concat([varint(number * 8 + 2), varint(bytes.length), bytes]);
}

export const message = (...fields) => Buffer.concat(fields);

function frame(bytes, compressed) {
  const head = Buffer.alloc(5);
  head.writeUInt8(compressed ? 1 : 0);
  head.writeUInt32BE(bytes.length, 1);
  return Buffer.concat([head, bytes]);
}

// The first id in an answer.
export const idIn = (body) => /[0-9A-HJKMNP-TV-Z]{26}/.exec(body.toString('latin1'))?.[0];

export class GrpcConnection {
  // settings: of HTTP/2, as initialWindowSize. A connection that was lost is made again by the next call.
  constructor(address, user, settings = {}) {
    Object.assign(this, {address, user, settings, session: null});
  }

  // A call of FleetService whose answers nobody reads yet.
  open(method, request, {compressed = false} = {}) {
    if (!this.session || this.session.closed || this.session.destroyed) {
      this.session = http2.connect(`http://${this.address}`, {settings: this.settings, maxSessionMemory: 1000});
      this.session.on('error', () => {});
      this.session.setMaxListeners(0);
    }
    const headers = {':method': 'POST', ':path': `/fleet.v1.FleetService/${method}`, 'content-type': 'application/grpc', te: 'trailers', 'x-fleet-user': this.user};
    if (compressed) headers['grpc-encoding'] = 'gzip';
    const stream = this.session.request(headers);
    stream.on('error', () => {});
    stream.end(frame(request, compressed));
    return stream;
  }

  // {status, body}: status is gRPC's number, or null where none came.
  call(method, request, options) {
    return new Promise((resolve) => {
      const stream = this.open(method, request, options);
      const parts = [];
      let status = null;
      const look = (headers) => status = headers['grpc-status'] === undefined ? status : Number(headers['grpc-status']);
      stream.on('response', look);
      stream.on('trailers', look);
      stream.on('data', (part) => parts.push(part));
      stream.on('close', () => resolve({status, body: Buffer.concat(parts)}));
    });
  }

  close() {
    this.session?.destroy();
    this.session = null;
  }
}
