"""The flow of records, reports and studies through the review, as PRISMA 2020 counts it."""
