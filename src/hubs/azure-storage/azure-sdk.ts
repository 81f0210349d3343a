/** The part of Azure's client libraries that is used; a file of dist of its own, read with the first connection to a storage account. */
export { AzureNamedKeyCredential, AzureSASCredential, TableClient, TableServiceClient } from '@azure/data-tables';
export { createDefaultHttpClient, createPipelineFromOptions, createPipelineRequest } from '@azure/core-rest-pipeline';
