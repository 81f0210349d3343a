/** What the Functions host tells beside a timer trigger: the moment, in the computer's time, as `DateTime.ToString` of .NET's invariant culture. */
export function timerMetadata(now: Date): { TimerTrigger: string } {
  const two = (value: number): string => String(value).padStart(2, '0');
  const day = `${two(now.getMonth() + 1)}/${two(now.getDate())}/${String(now.getFullYear()).padStart(4, '0')}`;
  return { TimerTrigger: `${day} ${two(now.getHours())}:${two(now.getMinutes())}:${two(now.getSeconds())}` };
}
