import { Pipe, type PipeTransform } from '@angular/core';

import { Moments, duration } from '../words/moments';

/** A business day as one reads it: `Mon 23 Nov`. */
@Pipe({ name: 'day' })
export class Day implements PipeTransform {
  transform(day: string): string {
    return new Moments(undefined).day(day);
  }
}

/** Seconds as one reads them: `2 min 5 s`. */
@Pipe({ name: 'duration' })
export class Duration implements PipeTransform {
  transform(seconds: number): string {
    return duration(seconds);
  }
}
