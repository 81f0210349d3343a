/** For whoever looks for apps: what a .NET project is made of, without starting one. */
export { projectText } from '../../workers/rpc/dotnet/project-references';
