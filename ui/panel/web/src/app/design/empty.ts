import { Component, input } from '@angular/core';

/** What an empty page says: what will stand there, and how to get it (inside). */
@Component({
  selector: 'pd-empty',
  template: `
    <div class="empty">
      <h2>{{ heading() }}</h2>
      <ng-content />
    </div>
  `,
})
export class Empty {
  readonly heading = input.required<string>();
}
