import { Component, computed, input } from '@angular/core';

/** One column: what it is of, how high (null: nothing to say), the figure on it, and the whole in words. */
export interface Column {
  readonly label: string;
  readonly value: number | null;
  readonly figure: string;
  readonly words: string;
}

/** One idea by week: columns with their figures on them. A list to those who hear it. */
@Component({
  selector: 'pd-columns',
  template: `
    <ol class="columns" [class.many]="columns().length > 16">
      @for (column of drawn(); track $index) {
        <li>
          <span class="hidden-label">{{ column.words }}</span>
          <span class="column-field" aria-hidden="true">
            <svg class="column" preserveAspectRatio="none" viewBox="0 0 1 100">
              @if (column.value !== null) {
                <rect class="rest" x="0" y="0" width="1" height="100" />
              }
              <rect [class]="tone()" x="0" width="1" [attr.y]="100 - column.height" [attr.height]="column.height" />
            </svg>
            <span class="figure">{{ column.figure }}</span>
          </span>
          <span class="column-label" aria-hidden="true">{{ column.label }}</span>
        </li>
      }
    </ol>
  `,
})
export class Columns {
  readonly columns = input.required<readonly Column[]>();
  readonly tone = input.required<string>();
  /** The value of a full column; without it the highest one is full. */
  readonly most = input<number>();
  protected readonly drawn = computed(() => {
    const values = this.columns().map((column) => column.value ?? 0);
    const most = this.most() ?? Math.max(1, ...values);
    return this.columns().map((column) => ({ ...column, height: ((column.value ?? 0) / most) * 100 }));
  });
}
