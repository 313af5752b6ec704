/**
 * Lets features of Monaco be loaded after its first editor exists.
 *
 * Monaco collects the services that its features register once, when it makes the first editor; a feature that arrives later
 * would find its own service unknown. This adds what has been registered since. It reaches below Monaco's public surface, which
 * is why the version of monaco-editor is pinned and the page's stories open a script first and a policy later.
 */
import { StandaloneServices } from 'monaco-editor/editor/standalone/browser/standaloneServices';
import { getSingletonServiceDescriptors } from 'monaco-editor/platform/instantiation/common/extensions';

/** Call after the import of late features and before the next editor is made. */
export function addLateServices(): void {
  const services = StandaloneServices.initialize({})._services;
  for (const [id, descriptor] of getSingletonServiceDescriptors()) {
    if (services.get(id) === undefined) services.set(id, descriptor);
  }
}
