/** Calls made in one turn of the event loop become one at its end: thousands of workers connect and go at once. */
export function oncePerTurn(call: () => void): () => void {
  let isDue = false;
  return () => {
    if (isDue) return;
    isDue = true;
    setImmediate(() => {
      isDue = false;
      call();
    });
  };
}
