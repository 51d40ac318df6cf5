const PROGRESS_MILLISECONDS = 2_000;

/** Says on standard error, every two seconds of long work, how far it is; short work says nothing. */
export function progressOf(unit: string): (done: number) => void {
  const began = Date.now();
  let shown = began;
  return (done) => {
    const now = Date.now();
    if (now - shown < PROGRESS_MILLISECONDS) return;
    shown = now;
    process.stderr.write(`${done} ${unit}, ${Math.round(done / ((now - began) / 1_000))} ${unit}/s\n`);
  };
}
