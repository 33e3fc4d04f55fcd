import {
  type ApplicationConfig,
  provideBrowserGlobalErrorListeners,
  inject,
  provideZonelessChangeDetection,
} from '@angular/core';
import {
  type NavigationError,
  Router,
  provideRouter,
  withComponentInputBinding,
  withInMemoryScrolling,
  withNavigationErrorHandler,
} from '@angular/router';

import { routes } from './routes';

export const settings: ApplicationConfig = {
  providers: [
    provideBrowserGlobalErrorListeners(),
    provideZonelessChangeDetection(),
    provideRouter(
      routes,
      withComponentInputBinding(),
      withNavigationErrorHandler(loadAgain),
      withInMemoryScrolling({ scrollPositionRestoration: 'enabled' }),
    ),
  ],
};

/** A page that is not to be had any more, because the panel was updated meanwhile: the new version has it. */
function loadAgain({ url }: NavigationError): void {
  if (inject(Router).navigated) location.assign(url);
}
