"""Where live video finds a TURN server: what must be in the environment for each way to one."""

#: By the name of the way; Streamlit makes environment variables of its root-level secrets.
RELAYS = {
    "Cloudflare": ("CLOUDFLARE_TURN_KEY_ID", "CLOUDFLARE_TURN_KEY_API_TOKEN"),
    "Twilio": ("TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN"),
    "Hugging Face": ("HF_TOKEN",),
    "a server of your own": ("TURN_URL", "TURN_USERNAME", "TURN_CREDENTIAL"),
}
