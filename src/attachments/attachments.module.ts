import { Module } from '@nestjs/common';
import { UploadAttachmentHandler, UploadAttachmentRoute } from './commands/upload-attachment.js';
import { DownloadAttachmentRoute, FindAttachmentHandler } from './views/download-attachment.js';

/** Documents of learners, outside of the log. */
@Module({
  controllers: [UploadAttachmentRoute, DownloadAttachmentRoute],
  providers: [UploadAttachmentHandler, FindAttachmentHandler],
})
export class AttachmentsModule {}
