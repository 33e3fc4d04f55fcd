import { Component, input } from '@angular/core';
import { RouterLink } from '@angular/router';

import type { LogLine } from '../api/models';
import { Sign } from '../design/sign';
import { Time } from '../design/time';

/** Lines of the log; `everywhere` names the run, workstation and place that each belongs to. */
@Component({
  selector: 'pd-log-lines',
  imports: [RouterLink, Sign, Time],
  template: `
    <ol class="log-lines" [class.everywhere]="everywhere()">
      @for (line of lines(); track line.id) {
        <li>
          <pd-time class="quiet small" form="exact" [zone]="line.zone" [placed]="everywhere()" [at]="line.at" />
          <pd-sign [kind]="line.sign === 'running' ? 'waiting' : line.sign">{{ line.words }}</pd-sign>
          @if (everywhere()) {
            <span class="quiet small text">
              @if (line.run; as run) {
                <a [routerLink]="['/runs', line.workstation, run]">{{ line.title || run }}</a> ·
              }
              {{ line.workstation_name }}
            </span>
          }
        </li>
      }
    </ol>
  `,
})
export class LogLines {
  readonly lines = input.required<readonly LogLine[]>();
  readonly everywhere = input(false);
}
