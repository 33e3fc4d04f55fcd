import { Component } from '@angular/core';
import { RouterLink } from '@angular/router';

import { Empty } from '../design/empty';

/** An address that is none. */
@Component({
  selector: 'pd-nowhere',
  imports: [Empty, RouterLink],
  template: `
    <h1>Nothing is here</h1>
    <pd-empty heading="This address belongs to no page.">
      <p>It may have been mistyped, or what stood here is gone.</p>
      <a class="button" routerLink="/">To the dashboard</a>
    </pd-empty>
  `,
})
export class Nowhere {}
