/** Numbers as people read them. */

/** `1,204` */
export function grouped(number: number): string {
  return number.toLocaleString('en-GB');
}

/** `1 claim`, `1,204 claims` */
export function counted(number: number, one: string, many: string): string {
  return `${grouped(number)} ${number === 1 ? one : many}`;
}

/** `97 %`; a share is 0–1. Never rounds up to 100: one failure in a thousand is not "all". */
export function percent(share: number): string {
  const whole = Math.round(share * 100);
  return `${whole === 100 && share < 1 ? 99 : whole === 0 && share > 0 ? 1 : whole} %`;
}

/** `12 h`, `3.5 h`, `40 min` */
export function hours(value: number): string {
  if (value === 0) return '0 h';
  if (value < 1) return `${Math.max(1, Math.round(value * 60))} min`;
  return value < 10 ? `${Number(value.toFixed(1))} h` : `${grouped(Math.round(value))} h`;
}
