import { Component, computed, inject, input } from '@angular/core';

import type { Run, Task } from '../api/models';
import { Duration } from '../design/day';
import { Sign, TONES } from '../design/sign';
import { Clock } from '../live/clock';

interface Bar {
  readonly task: Task;
  readonly tone: string;
  /** Percent of the run's whole time; undefined for a task that has not begun. */
  readonly from: number | undefined;
  readonly width: number;
}

/** The tasks of a run, each as a bar on the run's own time. */
@Component({
  selector: 'pd-run-tasks',
  imports: [Duration, Sign],
  template: `
    <ol class="tasks">
      @for (bar of bars(); track bar.task.name) {
        <li>
          <div class="task-name">
            <strong class="text">{{ bar.task.name }}</strong>
            <span class="quiet small">
              {{ bar.task.kind_words }}
              @if (bar.task.site; as site) {
                · {{ site }}
              }
            </span>
          </div>
          <div class="task-track" aria-hidden="true">
            @if (bar.from !== undefined) {
              <span [class]="bar.tone" [style.left.%]="bar.from" [style.width.%]="bar.width"></span>
            }
          </div>
          <div class="task-words">
            <pd-sign [kind]="bar.task.sign">{{ bar.task.words }}</pd-sign>
            <span class="quiet small">
              @if (bar.task.seconds !== null) {
                {{ bar.task.seconds | duration }}
              }
              @if (bar.task.attempts > 1) {
                · {{ bar.task.attempts }} tries
              }
            </span>
            @if (bar.task.why) {
              <p class="small text">{{ bar.task.why }}</p>
            }
            @if (bar.task.advice) {
              <p class="quiet small text">{{ bar.task.advice }}</p>
            }
          </div>
        </li>
      }
    </ol>
  `,
})
export class RunTasks {
  readonly tasks = input.required<readonly Task[]>();
  readonly run = input.required<Run>();
  private readonly clock = inject(Clock);
  protected readonly bars = computed<readonly Bar[]>(() => {
    const now = this.clock.now();
    const begins = this.tasks().flatMap((task) => (task.started_at ? [Date.parse(task.started_at)] : []));
    const ends = this.tasks().map((task) => endOf(task, now));
    const begin = Math.min(...begins);
    const whole = Math.max(1, Math.max(...ends) - begin);
    return this.tasks().map((task) => {
      const tone = TONES[task.sign];
      if (!task.started_at) return { task, tone, from: undefined, width: 0 };
      const from = ((Date.parse(task.started_at) - begin) / whole) * 100;
      const width = Math.max(0.5, ((endOf(task, now) - Date.parse(task.started_at)) / whole) * 100);
      return { task, tone, from: Math.min(from, 99.5), width: Math.min(width, 100 - Math.min(from, 99.5)) };
    });
  });
}

/** When a task ended; one that works is as long as now, one that rests as its last work is not longer than begun. */
function endOf(task: Task, now: number): number {
  if (task.ended_at) return Date.parse(task.ended_at);
  if (!task.started_at) return 0;
  return task.state === 'running' ? Math.max(now, Date.parse(task.started_at)) : Date.parse(task.started_at);
}
