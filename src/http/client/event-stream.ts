/** Reading server-sent events out of a response body. */

export interface ServerSentEvent {
  /** Empty for a comment. */
  name: string;
  /** Of a comment: its text. */
  data: string;
}

/** One item for each event and for each comment. Ends with the stream; ending the loop early cancels it. */
export async function* readEvents(body: ReadableStream<Uint8Array>): AsyncGenerator<ServerSentEvent, void, undefined> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let rest = '';
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      rest += decoder.decode(value, { stream: true });
      const blocks = rest.split('\n\n');
      rest = blocks.pop() ?? '';
      for (const block of blocks) yield parseBlock(block);
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

function parseBlock(block: string): ServerSentEvent {
  const event: ServerSentEvent = { name: '', data: '' };
  for (const line of block.split('\n')) {
    if (line.startsWith('event: ')) event.name = line.slice('event: '.length);
    else if (line.startsWith('data: ')) event.data += line.slice('data: '.length);
    else if (line.startsWith(': ')) event.data = line.slice(': '.length);
  }
  return event;
}
