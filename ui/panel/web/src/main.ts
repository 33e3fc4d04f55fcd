import { bootstrapApplication } from '@angular/platform-browser';

import { Shell } from './app/shell/shell';
import { settings } from './app/shell/settings';

bootstrapApplication(Shell, settings).catch((error: unknown) => {
  console.error(error);
});
