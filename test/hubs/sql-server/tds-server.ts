/** As much of a server of TDS 7.4 as a driver needs to sign in and ask: rows come from whoever tests. Nothing else looks at what is asked. */
import { createServer, type Server, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';

type Cell = string | number | boolean | Date | null;
export type Answer =
  { rows: readonly Readonly<Record<string, Cell>>[] } | { error: { number: number; message: string } } | 'hangUp' | 'silence';
export type Answers = (sql: string, values: Readonly<Record<string, string | number | null>>) => Answer;

const [batch, rpc, tabular, login, prelogin] = [0x01, 0x03, 0x04, 0x10, 0x12] as const;

export class TdsServer {
  /** All that was sent as SQL, in order. */
  readonly asked: string[] = [];
  readonly programs: string[] = [];
  readonly #sockets = new Set<Socket>();
  loginError: { number: number; message: string } | undefined;

  private constructor(
    private readonly server: Server,
    private answers: Answers,
  ) {
    server.on('connection', (socket) => {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket)).on('error', () => undefined);
      let all = Buffer.alloc(0);
      let message = Buffer.alloc(0);
      socket.on('data', (data: Buffer) => {
        all = Buffer.concat([all, data]);
        for (let length = all.length < 8 ? 0 : all.readUInt16BE(2); length > 0 && all.length >= length;) {
          message = Buffer.concat([message, all.subarray(8, length)]);
          const [type, isLast] = [all[0] ?? 0, ((all[1] ?? 0) & 1) === 1];
          all = all.subarray(length);
          if (isLast) {
            this.#answer(socket, type, message);
            message = Buffer.alloc(0);
          }
          length = all.length < 8 ? 0 : all.readUInt16BE(2);
        }
      });
    });
  }

  /** `port`: that of one that has ended. */
  static async start(answers: Answers, port = 0): Promise<TdsServer> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    return new TdsServer(server, answers);
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  answerWith(answers: Answers): void {
    this.answers = answers;
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.server.close(resolve));
  }

  #answer(socket: Socket, type: number, message: Buffer): void {
    if (type === prelogin) {
      // Version and "no encryption", and where they stand.
      const options = [0, 0, 11, 0, 6, 1, 0, 17, 0, 1, 0xff];
      send(socket, Buffer.from([...options, 16, 0, 0, 0, 0, 0, 2]));
    } else if (type === login) {
      const at = message.readUInt16LE(48);
      this.programs.push(message.toString('utf16le', at, at + message.readUInt16LE(50) * 2));
      const name = shortText('Test');
      const ack = Buffer.concat([Buffer.from([1, 0x74, 0, 0, 4]), name, Buffer.from([16, 0, 0, 0])]);
      const well = Buffer.concat([Buffer.from([0xad]), u16(ack.length), ack, done(0xfd, 0, 0)]);
      send(socket, this.loginError === undefined ? well : errorOf(this.loginError, 0xfd));
    } else if (type === batch) {
      this.asked.push(message.toString('utf16le', message.readUInt32LE(0)));
      send(socket, done(0xfd, 0, 0));
    } else if (type === rpc) {
      const { sql, values } = asked(message);
      this.asked.push(sql);
      const answer = this.answers(sql, values);
      if (answer === 'hangUp') socket.destroy();
      else if (answer !== 'silence') {
        send(
          socket,
          'error' in answer
            ? errorOf(answer.error, 0xfe)
            : Buffer.concat([table(answer.rows), done(0xfe, 0x10, answer.rows.length)]),
        );
      }
    }
  }
}

function send(socket: Socket, data: Buffer): void {
  const most = 4000;
  for (let at = 0; at < data.length; at += most) {
    const part = data.subarray(at, at + most);
    const header = Buffer.from([tabular, at + most >= data.length ? 1 : 0, 0, 0, 0, 0, 1, 0]);
    header.writeUInt16BE(part.length + 8, 2);
    socket.write(Buffer.concat([header, part]));
  }
}

/** `sp_executesql`: the statement, the declarations and the values. */
function asked(message: Buffer): { sql: string; values: Record<string, string | number | null> } {
  let at = message.readUInt32LE(0) + 6;
  const parameters: [string, string | number | null][] = [];
  while (at < message.length) {
    const length = (message[at] ?? 0) * 2;
    const name = message.toString('utf16le', at + 1, at + 1 + length);
    at += 1 + length + 1;
    const type = message[at] ?? 0;
    if (type === 0x26) {
      const size = message[at + 2] ?? 0;
      parameters.push([name, size === 0 ? null : Number(message.readBigInt64LE(at + 3))]);
      at += 3 + size;
      continue;
    }
    const isMax = message.readUInt16LE(at + 1) === 0xffff;
    at += 8;
    if (!isMax) {
      const size = message.readUInt16LE(at);
      parameters.push([name, size === 0xffff ? null : message.toString('utf16le', at + 2, at + 2 + size)]);
      at += 2 + (size === 0xffff ? 0 : size);
      continue;
    }
    const isNull = message.readBigUInt64LE(at) === 0xffffffffffffffffn;
    let text = '';
    at += 8;
    for (let size = isNull ? 0 : message.readUInt32LE(at); !isNull; size = message.readUInt32LE(at)) {
      at += 4;
      if (size === 0) break;
      text += message.toString('utf16le', at, at + size);
      at += size;
    }
    parameters.push([name, isNull ? null : text]);
  }
  const [[, sql] = ['', ''], , ...rest] = parameters;
  return { sql: String(sql), values: Object.fromEntries(rest.map(([name, value]) => [name.replace(/^@/, ''), value])) };
}

function table(rows: readonly Readonly<Record<string, Cell>>[]): Buffer {
  const names = Object.keys(rows[0] ?? { none: null });
  const kinds = names.map((name) => kindOf(rows.map((row) => row[name]).find((cell) => cell != null)));
  const columns = names.map((name, n) =>
    Buffer.concat([Buffer.from([0, 0, 0, 0, 1, 0]), kinds[n]?.info ?? Buffer.alloc(0), shortText(name)]),
  );
  const cells = rows.map((row) =>
    Buffer.concat([Buffer.from([0xd1]), ...names.map((name, n) => kinds[n]?.cell(row[name] ?? null) ?? Buffer.alloc(0))]),
  );
  return Buffer.concat([Buffer.from([0x81]), u16(names.length), ...columns, ...cells]);
}

function kindOf(cell: Cell | undefined): { info: Buffer; cell: (cell: Cell) => Buffer } {
  if (typeof cell === 'number') {
    return {
      info: Buffer.from([0x26, 4]),
      cell: (each) => (each === null ? Buffer.from([0]) : Buffer.concat([Buffer.from([4]), u32(Number(each))])),
    };
  }
  if (typeof cell === 'boolean') return { info: Buffer.from([0x68, 1]), cell: (each) => Buffer.from([1, each === true ? 1 : 0]) };
  if (cell instanceof Date)
    return { info: Buffer.from([0x2a, 7]), cell: (each) => (each === null ? Buffer.from([0]) : dateTime(each as Date)) };
  return {
    info: Buffer.concat([Buffer.from([0xe7]), u16(0xffff), Buffer.from([0x09, 0x04, 0xd0, 0, 0x34])]),
    cell: (each) => {
      if (each === null) return Buffer.alloc(8, 0xff);
      const text = Buffer.from(String(each), 'utf16le');
      const size = Buffer.alloc(8);
      size.writeBigUInt64LE(BigInt(text.length));
      return Buffer.concat([size, ...(text.length === 0 ? [] : [u32(text.length), text]), u32(0)]);
    },
  };
}

/** Ticks of 100 ns of the day and the day since the year 1; an `extra` of the test's own is added to them. */
function dateTime(date: Date): Buffer {
  const { extra = 0 } = date as Date & { extra?: number };
  const day = Math.floor(date.getTime() / 86_400_000);
  const ticks = Buffer.alloc(8);
  ticks.writeBigUInt64LE(BigInt(date.getTime() - day * 86_400_000) * 10_000n + BigInt(extra));
  return Buffer.concat([Buffer.from([8]), ticks.subarray(0, 5), u32(day + 719_162).subarray(0, 3)]);
}

function errorOf({ number, message }: { number: number; message: string }, end: number): Buffer {
  const text = Buffer.from(message, 'utf16le');
  const body = Buffer.concat([
    u32(number),
    Buffer.from([1, 14]),
    u16(message.length),
    text,
    shortText('Test'),
    shortText(''),
    u32(1),
  ]);
  return Buffer.concat([Buffer.from([0xaa]), u16(body.length), body, done(end, 2, 0)]);
}

function done(token: number, status: number, rows: number): Buffer {
  return Buffer.concat([Buffer.from([token]), u16(status), u16(0), u32(rows), u32(0)]);
}

function shortText(text: string): Buffer {
  return Buffer.concat([Buffer.from([text.length]), Buffer.from(text, 'utf16le')]);
}

function u16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16LE(value);
  return bytes;
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}
