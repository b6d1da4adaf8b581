"""The ground floor that every other package stands on: settings, jobs, queue, progress, viewers, media store.

It imports none of them. `i2v_app` does not come here for jobs: it asks the API as any client would.
"""
