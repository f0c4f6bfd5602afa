import { writeSync } from 'node:fs';
import type { Sink } from '../world.ts';
import { failure } from '../../errors/error.ts';
import { systemErrorCode, systemErrorReason } from '../../errors/system-error.ts';

/** A sink whose `flush` returns when all output has left the process. */
export interface OutputSink extends Sink {
  flush(): Promise<void>;
}

/**
 * Writes to a standard stream at once and in order. Node's own stream costs a start 4 ms, so it is opened only if a write would
 * block. A consumer that closes the pipe (`svcauth status | head`) is not an error, and the work continues. Any other lost output
 * (a full disk) is ERR_OUTPUT; on standard error it is ignored, because no other stream is left to report it.
 */
export function descriptorSink(descriptor: 1 | 2, isTTY: boolean, openStream: () => NodeJS.WriteStream): OutputSink {
  let stream: NodeJS.WriteStream | undefined;
  let gone = false;
  return {
    isTTY,
    get columns() {
      return isTTY ? openStream().columns : 0;
    },
    write: text => {
      if (gone) return;
      if (stream !== undefined) return void stream.write(text);
      const bytes = Buffer.from(text);
      let written = 0;
      try {
        while (written < bytes.length) written += writeSync(descriptor, bytes, written);
      } catch (cause) {
        const code = systemErrorCode(cause);
        if (code === 'EAGAIN') {
          stream = openStream();
          stream.on('error', () => (gone = true));
          stream.write(bytes.subarray(written));
        } else if (code === 'EPIPE' || descriptor === 2) gone = true;
        else throw failure('ERR_OUTPUT', { reason: systemErrorReason(cause) }, cause);
      }
    },
    flush: () => new Promise(resolve => (stream === undefined || gone ? resolve() : stream.write('', () => resolve()))),
  };
}
