/** In place of the copy of Node's own streams that a library of the driver brings. */
export { Duplex, PassThrough, Readable, Transform, Writable } from 'node:stream';
